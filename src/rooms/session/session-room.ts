import { assertNever } from "../../kernel/assert.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import type { RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { HistoryResult } from "../../protocol/frames/message.ts";
import type { AppId, SessionId, UserId } from "../../protocol/ids.ts";
import { DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT } from "../../protocol/limits.ts";
import type { Operator } from "../../protocol/rpc/operator.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendResult, SessionCall } from "../../protocol/rpc/session-call.ts";
import { isGroup, usersOfSingle } from "../../protocol/session-id.ts";
import { type DeliveredTag, FanOut } from "./fan-out.ts";
import { Log } from "./log.ts";
import { Membership } from "./membership.ts";
import { Roster } from "./roster.ts";
import { SessionStore } from "./store.ts";

/** One session: its ordered log, its members, and the delivery to their mailboxes. Rules: SPEC.md. */
export class SessionRoom implements Room {
  readonly #users: readonly UserId[];
  readonly #roster: Roster;
  readonly #log: Log;
  readonly #fanOut: FanOut;
  readonly #membership: Membership | undefined;

  constructor(address: { app: AppId; sessionId: SessionId }, ports: RoomPorts, effects: Effects) {
    const { app, sessionId } = address;
    const { clock, random } = ports;
    const store = new SessionStore(ports.sql);
    this.#users = usersOfSingle(sessionId) ?? [];
    this.#log = new Log(store, clock, sessionId);
    this.#roster = new Roster(store);
    const members = isGroup(sessionId)
      ? this.#roster.all()
      : [...new Set(this.#users)].map((userId) => ({ userId, joinedSeqId: 1 }));
    this.#fanOut = new FanOut({ app, sessionId, store, log: this.#log, effects, clock, random }, members);
    this.#membership = isGroup(sessionId)
      ? new Membership({ groupId: sessionId, roster: this.#roster, log: this.#log, fanOut: this.#fanOut, clock })
      : undefined;
  }

  call(call: RoomCall): unknown {
    const known = call as SessionCall; // SAFETY: hosts route by room kind, and only SessionCall goes to session rooms
    switch (known.type) {
      case "append":
        return this.#append(known);
      case "history":
        return this.#history(known);
      case "unread":
        this.#requireReader(known.userId);
        return this.#log.countUnread(known.userId, known.after, known.upTo);
      case "group":
        if (this.#membership === undefined) throw new ParleyError("NO_SUCH_GROUP");
        return this.#membership.handle(known.by, known.frame);
      default:
        return assertNever(known);
    }
  }

  replied(tag: CallTag, outcome: Outcome): void {
    this.#fanOut.delivered(tag as DeliveredTag, outcome.ok); // SAFETY: deliveries are this room's only calls
  }

  alarm(): void {
    this.#fanOut.touch();
  }

  settle(): void {
    this.#fanOut.settle();
  }

  /** Owes nothing from memory: what is not delivered is known by the rows. */
  abandon(): void {}

  opened(): void {}
  received(): void {}
  closed(): void {}

  #append({ sender, items }: SessionCall & { type: "append" }): AppendResult {
    this.#requireWriter(sender);
    const { fanned } = this.#fanOut;
    const results = this.#log.appendMessages(sender, items, fanned);
    this.#fanOut.touch();
    return results;
  }

  #history({ by, before, after, limit }: SessionCall & { type: "history" }): HistoryResult {
    this.#requireOperator(by);
    return this.#log.page({ before, after }, Math.min(limit ?? DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT));
  }

  #requireOperator(by: Operator): void {
    if (by.kind === "user") this.#requireReader(by.userId);
    else if (this.#membership !== undefined) this.#roster.require();
  }

  #requireWriter(userId: UserId): void {
    if (this.#membership !== undefined) this.#roster.requireMember(userId);
    else if (!this.#users.includes(userId)) throw new ParleyError("ACCESS_DENIED");
  }

  /** Who may read: those who may write, told apart by the code. */
  #requireReader(userId: UserId): void {
    if (this.#membership !== undefined) this.#roster.require();
    const isMember = this.#membership !== undefined ? this.#roster.has(userId) : this.#users.includes(userId);
    if (!isMember) throw new ParleyError("HISTORY_FORBIDDEN");
  }
}
