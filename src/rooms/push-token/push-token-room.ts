import { Courier } from "../../kernel/courier.ts";
import { CourierStore } from "../../kernel/courier-store.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import type { RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import type { AppId } from "../../protocol/ids.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { PushTokenCall, PushTokenOwner } from "../../protocol/rpc/push-token-call.ts";
import { type Claim, ClaimStore } from "./claim-store.ts";

/** Whose a push token is. Rules: SPEC.md. */
export class PushTokenRoom implements Room {
  readonly #app: AppId;
  readonly #tokenId: string;
  readonly #store: ClaimStore;
  readonly #courier: Courier;

  constructor(address: { app: AppId; tokenId: string }, { sql, clock, random }: RoomPorts, effects: Effects) {
    this.#app = address.app;
    this.#tokenId = address.tokenId;
    this.#store = new ClaimStore(sql);
    this.#courier = new Courier({ store: new CourierStore(sql), effects, clock, random });
  }

  call(call: RoomCall): unknown {
    const known = call as PushTokenCall; // SAFETY: hosts route by room kind, and only PushTokenCall goes here
    if (known.type === "pushToken.claim") this.#claim(known);
    if (known.type === "pushToken.owner") return this.#owner();
    return null;
  }

  replied(tag: CallTag, outcome: Outcome): void {
    this.#courier.replied(tag, outcome);
  }

  alarm(): void {
    this.#courier.alarm();
  }

  settle(): void {
    this.#courier.settle();
  }

  abandon(): void {}
  opened(): void {}
  received(): void {}
  closed(): void {}

  #owner(): PushTokenOwner | null {
    const newest = this.#store.newest();
    return newest === undefined ? null : { userId: newest.userId };
  }

  #claim({ userId, version }: PushTokenCall & { type: "pushToken.claim" }): void {
    if (version <= (this.#store.of(userId)?.version ?? 0)) return;
    const last = this.#store.newest();
    this.#store.put({ userId, version, claim: (last?.claim ?? 0) + 1 });
    if (last !== undefined && last.userId !== userId) this.#tell(last);
  }

  /** A newer word to the same user says all that an older one does, and takes its place. */
  #tell({ userId, version }: Claim): void {
    const call = { type: "push.unclaim", tokenId: this.#tokenId, version } as const;
    this.#courier.post({ to: mailboxRoom(this.#app, userId), kind: "unclaim", key: "", call });
  }
}
