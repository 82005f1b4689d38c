import { assertNever } from "../../kernel/assert.ts";
import type { RoomCall } from "../../kernel/effects.ts";
import type { Clock, RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { DirectoryCall, DirectoryPage } from "../../protocol/rpc/directory-call.ts";
import { DirectoryStore } from "./directory-store.ts";

/** A shard of the users of an app. Rules: SPEC.md. */
export class DirectoryRoom implements Room {
  readonly #clock: Clock;
  readonly #store: DirectoryStore;

  constructor({ sql, clock }: RoomPorts) {
    this.#clock = clock;
    this.#store = new DirectoryStore(sql);
  }

  call(call: RoomCall): DirectoryPage | number | null {
    const known = call as DirectoryCall; // SAFETY: hosts route by room kind, and only DirectoryCall goes here
    switch (known.type) {
      case "directory.add":
        return this.#add(known.userId);
      case "directory.remove":
        return this.#remove(known.userId);
      case "directory.page":
        return this.#page(known.after, known.limit);
      case "directory.count":
        return this.#store.count();
      default:
        return assertNever(known);
    }
  }

  /** It makes no calls, sets no alarm, and has no connections. */
  replied(): void {}
  alarm(): void {}
  settle(): void {}
  abandon(): void {}
  opened(): void {}
  received(): void {}
  closed(): void {}

  #add(userId: UserId): null {
    if (!this.#store.has(userId)) this.#store.add({ userId, since: this.#clock.nowMs() });
    return null;
  }

  #remove(userId: UserId): null {
    if (this.#store.has(userId)) this.#store.remove(userId);
    return null;
  }

  #page(after: string, limit: number): DirectoryPage {
    const found = this.#store.after(after, limit + 1);
    return { users: found.slice(0, limit), more: found.length > limit };
  }
}
