import { assertNever } from "../../kernel/assert.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import type { RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { HistoryResult } from "../../protocol/frames/message.ts";
import type { AppId, SessionId, UserId } from "../../protocol/ids.ts";
import { DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT } from "../../protocol/limits.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendResult, RelationCall, SessionCall, UnreadResult } from "../../protocol/rpc/session-call.ts";
import type { SessionFrame } from "../../protocol/session-frame.ts";
import { isGroup } from "../../protocol/session-id.ts";
import { Access } from "./access.ts";
import { draftOf, stillKnown } from "./drafts.ts";
import { type DeliveredTag, FanOut } from "./fan-out.ts";
import type { SessionFeature } from "./feature.ts";
import { GroupStore } from "./group-store.ts";
import { Log } from "./log.ts";
import { Membership } from "./membership.ts";
import { Relations } from "./relations.ts";
import { RelationsStore } from "./relations-store.ts";
import { Roster } from "./roster.ts";
import type { UNHEARD } from "./signals.ts";
import { SessionStore } from "./store.ts";

type Decide = (by: UserId, frame: SessionFrame) => unknown;

/** One session: its ordered log, its members, and the delivery to their mailboxes. Rules: SPEC.md. */
export class SessionRoom implements Room {
  readonly #access: Access;
  readonly #log: Log;
  readonly #fanOut: FanOut;
  readonly #relations: Relations;
  readonly #features: readonly SessionFeature[];
  readonly #requests: ReadonlyMap<string, Decide>;

  constructor(address: { app: AppId; sessionId: SessionId }, ports: RoomPorts, effects: Effects) {
    const { app, sessionId } = address;
    const { clock, random } = ports;
    const store = new SessionStore(ports.sql);
    const roster = new Roster(new GroupStore(ports.sql));
    this.#log = new Log(store, clock, sessionId);
    this.#relations = new Relations(new RelationsStore(ports.sql), ports.policy);
    this.#access = new Access(sessionId, roster, this.#relations);
    const members = this.#access.isGroup
      ? roster.all()
      : this.#access.users.map((userId) => ({ userId, joinedSeqId: 1 }));
    this.#fanOut = new FanOut({ app, sessionId, store, log: this.#log, effects, clock, random }, members);
    const shared = { log: this.#log, fanOut: this.#fanOut, clock };
    this.#features = [...(isGroup(sessionId) ? [new Membership({ ...shared, groupId: sessionId, roster })] : [])];
    // SAFETY: each handler gets the frames of the type that it is filed under
    this.#requests = new Map(this.#features.flatMap(({ requests }) => Object.entries(requests) as [string, Decide][]));
  }

  call(call: RoomCall): unknown {
    const known = call as SessionCall; // SAFETY: hosts route by room kind, and only SessionCall goes to session rooms
    switch (known.type) {
      case "append":
        return this.#append(known);
      case "history":
        return this.#history(known);
      case "unread":
        return this.#unread(known);
      case "request":
        return this.#decide(known);
      case "relation":
        return this.#relate(known);
      default:
        return assertNever(known);
    }
  }

  replied(tag: CallTag, outcome: Outcome): void {
    const known = tag as DeliveredTag | typeof UNHEARD; // SAFETY: this room makes no other tags
    if (known.kind === "delivered") this.#fanOut.delivered(known, outcome.ok);
  }

  alarm(): void {
    this.#fanOut.touch();
    for (const feature of this.#features) feature.alarm?.();
  }

  settle(): void {
    this.#fanOut.settle();
  }

  /** Owes nothing from memory: what is not delivered is known by the rows. */
  abandon(): void {}

  opened(): void {}
  received(): void {}
  closed(): void {}

  #append({ sender, items, by }: SessionCall & { type: "append" }): AppendResult {
    let drafts = items.map(draftOf);
    try {
      this.#access.requireWriter(sender, by);
    } catch (refused) {
      drafts = stillKnown(drafts, (packId) => this.#log.find(sender, packId) !== undefined, refused);
    }
    const results = this.#log.appendMessages(sender, drafts, this.#fanOut.fanned);
    this.#fanOut.touch();
    return results;
  }

  #relate(call: RelationCall): null {
    this.#access.requireWriter(call.by, "server");
    return this.#relations.put(call);
  }

  #history({ by, before, after, limit }: SessionCall & { type: "history" }): HistoryResult {
    this.#access.requireOperator(by);
    return this.#log.page({ before, after }, Math.min(limit ?? DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT));
  }

  #unread({ userId, after, upTo }: SessionCall & { type: "unread" }): UnreadResult {
    this.#access.requireReader(userId);
    return this.#log.countUnread(userId, after, upTo);
  }

  /** A group's requests to what is no group find nothing that decides them. */
  #decide({ by, frame }: SessionCall & { type: "request" }): unknown {
    const decide = this.#requests.get(frame.type);
    if (decide === undefined) throw new ParleyError("NO_SUCH_GROUP");
    return decide(by, frame);
  }
}
