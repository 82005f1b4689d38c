import { sessionRoom } from "../../kernel/room-name.ts";
import type { Entry } from "../../protocol/entry.ts";
import type { MsgRead } from "../../protocol/frames/message.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { UnreadResult } from "../../protocol/rpc/session-call.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";
import { type PendingRead, Reading, type ReadStep } from "./reading.ts";

interface ReadTag extends MailboxTag {
  readonly owed: Owed;
  readonly pending: PendingRead;
}

/** `msg.read`: asks the session room for the count where that is needed, and tells the user's other devices. */
export class ReadRequests implements MailboxFeature {
  readonly name = "reading";
  readonly #mailbox: Mailbox;
  readonly #reading: Reading;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#reading = new Reading(mailbox.hotSessions, mailbox.me);
  }

  readonly requests = {
    "msg.read": (owed: Owed, { sessionId, seqId }: MsgRead) => this.read(owed, sessionId, seqId),
  };

  /** Answers a request that leaves the session read up to `seqId`. */
  read(owed: Owed, sessionId: SessionId, seqId: number): void {
    this.#step(owed, this.#reading.begin(sessionId, seqId));
  }

  delivered(sessionId: string, entries: readonly Entry[]): void {
    this.#reading.delivered(sessionId, entries);
  }

  replied(tag: MailboxTag, outcome: Outcome): void {
    const { owed, pending } = tag as ReadTag; // SAFETY: this feature makes no other tags
    if (outcome.ok) {
      this.#step(owed, this.#reading.finish(pending, outcome.value as UnreadResult)); // SAFETY: what `unread` answers with
      return;
    }
    this.#reading.giveUp(pending);
    this.#mailbox.desk.answer(owed, outcome);
  }

  #step(owed: Owed, step: ReadStep): void {
    if (step.step === "done") {
      this.#done(owed, step);
      return;
    }
    const { app, me, effects } = this.#mailbox;
    const { pending } = step;
    const tag: ReadTag = { feature: this.name, owed, pending };
    const call = { type: "unread", userId: me, after: pending.seqId, upTo: pending.upTo } as const;
    effects.call(sessionRoom(app, pending.sessionId), call, tag);
  }

  #done(owed: Owed, { result, moved }: ReadStep & { step: "done" }): void {
    const { desk, effects, webhooks } = this.#mailbox;
    desk.answer(owed, { ok: true, value: result });
    if (moved === undefined) return;
    effects.send(desk.othersThan(owed.connection), { type: "session", session: moved });
    webhooks.read(moved);
  }
}
