import { assertNever } from "../../kernel/assert.ts";
import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import type { Clock, RoomPorts, RoomSql } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { HistoryResult } from "../../protocol/frames/message.ts";
import type { AppId, SessionId, UserId } from "../../protocol/ids.ts";
import { DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT } from "../../protocol/limits.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendResult, SessionCall, UnreadResult } from "../../protocol/rpc/session-call.ts";
import type { SessionFrame } from "../../protocol/session-frame.ts";
import { isGroup } from "../../protocol/session-id.ts";
import { Access } from "./access.ts";
import { Amendments } from "./amendments.ts";
import { CursorStore } from "./cursor-store.ts";
import { Cursors } from "./cursors.ts";
import { Drafts } from "./drafts.ts";
import { type DeliveredTag, FanOut } from "./fan-out.ts";
import type { SessionFeature } from "./feature.ts";
import { GroupStore } from "./group-store.ts";
import { Growth } from "./growth.ts";
import { Log } from "./log.ts";
import { Membership } from "./membership.ts";
import { Passing } from "./passing.ts";
import { PinStore } from "./pin-store.ts";
import { Pins } from "./pins.ts";
import { ReactionStore } from "./reaction-store.ts";
import { Reactions } from "./reactions.ts";
import { Roster } from "./roster.ts";
import { Signals } from "./signals.ts";
import { SessionStore } from "./store.ts";
import { StreamStore } from "./stream-store.ts";
import { Streams } from "./streams.ts";

type Decide = (by: UserId, frame: SessionFrame) => unknown;

/** One session: its ordered log, its members, and the delivery to their mailboxes. Rules: SPEC.md. */
export class SessionRoom implements Room {
  readonly #access: Access;
  readonly #log: Log;
  readonly #fanOut: FanOut;
  readonly #drafts = new Drafts();
  readonly #cursors: Cursors;
  readonly #features: readonly SessionFeature[];
  readonly #requests: ReadonlyMap<string, Decide>;

  constructor(address: { app: AppId; sessionId: SessionId }, ports: RoomPorts, effects: Effects) {
    const { app, sessionId } = address;
    const { clock, random } = ports;
    const store = new SessionStore(ports.sql);
    const roster = new Roster(new GroupStore(ports.sql));
    this.#log = new Log(store, clock, sessionId);
    this.#access = new Access(sessionId, roster);
    const fanOutPorts = { app, sessionId, store, log: this.#log, effects, clock, random };
    this.#fanOut = new FanOut(fanOutPorts, this.#access.joined());
    const shared = { log: this.#log, fanOut: this.#fanOut, clock };
    const signals = new Signals(app, effects);
    const known = { ...shared, sessionId, access: this.#access, drafts: this.#drafts, signals };
    this.#cursors = new Cursors({ ...known, store: new CursorStore(ports.sql) });
    this.#features = [
      ...stateFeatures(known, ports.sql, effects),
      this.#cursors,
      ...(isGroup(sessionId) ? [new Membership({ ...shared, groupId: sessionId, roster })] : []),
    ];
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
      case "cursors":
        return this.#cursors.report(known);
      case "request":
        return this.#decide(known);
      default:
        return assertNever(known);
    }
  }

  replied(tag: CallTag, outcome: Outcome): void {
    const known = tag as Partial<DeliveredTag>; // SAFETY: every tag of this room has a kind
    if (known.kind === "delivered") this.#fanOut.delivered(tag as DeliveredTag, outcome.ok); // SAFETY: just checked
    for (const feature of this.#features) feature.replied?.(tag);
  }

  alarm(): void {
    this.#fanOut.touch();
    for (const feature of this.#features) feature.alarm?.();
  }

  settle(): void {
    this.#fanOut.settle();
    for (const feature of this.#features) feature.settle?.();
  }

  /** Owes nothing from memory: what is not delivered is known by the rows. */
  abandon(): void {}

  opened(): void {}
  received(): void {}
  closed(): void {}

  #append({ sender, items }: SessionCall & { type: "append" }): AppendResult {
    this.#access.requireWriter(sender);
    const { fanned } = this.#fanOut;
    const results = this.#log.appendMessages(
      sender,
      items.map((item) => this.#drafts.draftOf(sender, item)),
      fanned,
    );
    this.#fanOut.touch();
    return results;
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

interface StatePorts {
  readonly sessionId: SessionId;
  readonly access: Access;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly drafts: Drafts;
  readonly signals: Signals;
  readonly clock: Clock;
}

/** What members do with messages besides writing them. */
function stateFeatures(ports: StatePorts, sql: RoomSql, effects: Effects): SessionFeature[] {
  const amendments = new Amendments(ports);
  const growth = new Growth(ports);
  return [
    new Reactions({ ...ports, amendments, store: new ReactionStore(sql) }),
    new Pins({ ...ports, store: new PinStore(sql) }),
    new Streams({ ...ports, amendments, growth, store: new StreamStore(sql), effects }),
    new Passing(ports),
  ];
}
