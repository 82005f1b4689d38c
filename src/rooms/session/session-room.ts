import type { CallTag, Effects, RoomCall } from "../../kernel/effects.ts";
import { handlerOf } from "../../kernel/handler-of.ts";
import type { RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { HistoryResult } from "../../protocol/frames/message.ts";
import type { AppId, SessionId, UserId } from "../../protocol/ids.ts";
import { DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT } from "../../protocol/limits.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendResult, SessionCall, UnreadResult, Verdict } from "../../protocol/rpc/session-call.ts";
import type { SessionFrame } from "../../protocol/session-frame.ts";
import { stillKnown } from "./drafts.ts";
import type { DeliveredTag } from "./fan-out.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import { type SessionParts, sessionParts } from "./parts.ts";

type Decide = (by: UserId, frame: SessionFrame, verdict?: Verdict) => unknown;
type Answer = (call: SessionCall) => unknown;

const requestsOf = ({ requests }: SessionFeature) => requests;
const callsOf = ({ calls }: SessionFeature) => calls;

/** What users and server keys want done. Everything else follows from what was done already. */
const ASKED: ReadonlySet<string> = new Set(["append", "request", "control", "history", "import"]);

/** One session: its ordered log, its members, and the delivery to their mailboxes. Rules: SPEC.md. */
export class SessionRoom implements Room {
  readonly #settings: RoomPorts["settings"];
  readonly #parts: SessionParts;
  /** Those who answer calls. */
  readonly #callees: readonly SessionFeature[];

  constructor(address: { app: AppId; sessionId: SessionId }, ports: RoomPorts, effects: Effects) {
    this.#settings = () => ports.settings();
    this.#parts = sessionParts(address, ports, effects);
    this.#callees = [{ calls: this.#ownCalls }, ...this.#parts.features];
  }

  call(call: RoomCall): unknown {
    if (ASKED.has(call.type) && this.#settings().status === "suspended") throw new ParleyError("APP_SUSPENDED");
    return handlerOf<SessionFeature, Answer>(this.#callees, callsOf, call.type)?.(call as SessionCall); // SAFETY: hosts route by room kind, and only SessionCall goes to session rooms
  }

  replied(tag: CallTag, outcome: Outcome): void {
    const { fanOut, features } = this.#parts;
    const known = tag as Partial<DeliveredTag>; // SAFETY: every tag of this room has a kind
    if (known.kind === "delivered") fanOut.delivered(tag as DeliveredTag, outcome.ok); // SAFETY: just checked
    for (const feature of features) feature.replied?.(tag, outcome);
  }

  alarm(): void {
    this.#parts.fanOut.touch();
    for (const feature of this.#parts.features) feature.alarm?.();
  }

  settle(): void {
    this.#parts.fanOut.settle();
    for (const feature of this.#parts.features) feature.settle?.();
  }

  /** Owes nothing from memory: what is not delivered is known by the rows. */
  abandon(): void {}

  opened(): void {}
  received(): void {}
  closed(): void {}

  readonly #ownCalls: SessionCalls = {
    append: ({ sender, items, by }): AppendResult => {
      const { access, log, fanOut, drafts, expiry } = this.#parts;
      let made = items.map((item) => drafts.draftOf(sender, item));
      try {
        access.requireWriter(sender, by);
      } catch (refused) {
        made = stillKnown(made, (packId) => log.find(sender, packId) !== undefined, refused);
      }
      const results = log.appendMessages(sender, made, fanOut.fanned);
      expiry.watch(items, results);
      fanOut.touch();
      return results;
    },
    relation: (call): null => {
      this.#parts.access.requireMember(call.by);
      return this.#parts.relations.put(call);
    },
    history: ({ by, before, after, limit }): HistoryResult => {
      const { access, log, hiding } = this.#parts;
      access.requireOperator(by);
      const page = log.page({ before, after }, Math.min(limit ?? DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT));
      return by.kind === "user" ? hiding.seenBy(by.userId, page) : page;
    },
    unread: ({ userId, after, upTo }): UnreadResult => {
      const { access, log } = this.#parts;
      access.requireReader(userId);
      return log.countUnread(userId, after, upTo);
    },
    request: ({ by, frame, verdict }): unknown => {
      const decide = handlerOf<SessionFeature, Decide>(this.#parts.features, requestsOf, frame.type);
      // A group's request to what is no group finds nothing that decides it.
      if (decide === undefined) throw new ParleyError(this.#parts.access.isGroup ? "UNKNOWN_TYPE" : "NO_SUCH_GROUP");
      return decide(by, frame, verdict);
    },
  };
}
