import type { z } from "zod";
import { type BackoffPlan, backoffMs } from "../../kernel/backoff.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { ERRORS, ParleyError } from "../../protocol/errors.ts";
import type { MsgReceived } from "../../protocol/frames/message.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";
import { isUnreported, type Reported, receivedOf } from "./receipt.ts";
import type { MailboxStore } from "./store.ts";

/** While a report is outstanding, or not stored as confirmed, the alarm is at most this far away. */
const RESUME_AFTER_MS = 5_000;
const RETRY: BackoffPlan = { baseMs: 1_000, maxMs: 300_000 };
/** Reports under way at once: who reads a thousand sessions must not make a thousand calls in one event. */
const MAX_IN_FLIGHT = 32;
const MAX_ROWS_AT_ONCE = 256;

interface ReportTag extends MailboxTag {
  readonly sessionId: SessionId;
  readonly known: Reported;
}

interface Failing {
  readonly failures: number;
  readonly retryAtMs: number;
}

/** Tells session rooms how far the user has received and read: the newest state, one call per session at a time. */
export class Receipts implements MailboxFeature {
  readonly name = "receipts";
  readonly #mailbox: Mailbox;
  readonly #store: MailboxStore;
  readonly #due = new Set<SessionId>();
  readonly #inFlight = new Set<SessionId>();
  readonly #failing = new Map<SessionId, Failing>();
  /** Up to where the rows were looked through for what an earlier instance left; `undefined` when all were. */
  #recoveredTo: string | undefined = "";

  constructor(mailbox: Mailbox, store: MailboxStore) {
    this.#mailbox = mailbox;
    this.#store = store;
  }

  readonly requests = {
    "msg.received": (owed: Owed, { sessionId, seqId }: z.infer<typeof MsgReceived>) => {
      const { hotSessions, desk } = this.#mailbox;
      const row = hotSessions.row(sessionId);
      if (row === undefined) throw new ParleyError("NO_SUCH_MESSAGE");
      const upTo = Math.min(seqId, row.hot.lastSeqId);
      if (upTo > receivedOf(row.hot.readSeqId, row.receipt)) hotSessions.received(row, upTo);
      desk.answer(owed, { ok: true, value: {} });
    },
  };

  moved(sessionId: string): void {
    this.#due.add(sessionId as SessionId); // SAFETY: hot rows have ids of sessions
  }

  settle(): void {
    for (const sessionId of this.#due) {
      if (this.#inFlight.size >= MAX_IN_FLIGHT) return;
      if (this.#inFlight.has(sessionId)) continue;
      this.#due.delete(sessionId);
      if (!this.#mustWait(sessionId)) this.#report(sessionId);
    }
  }

  replied(tag: MailboxTag, outcome: Outcome): void {
    const { sessionId, known } = tag as ReportTag; // SAFETY: this feature makes no other tags
    this.#inFlight.delete(sessionId);
    // A room that will never take it, for instance of a group that was dismissed, is not asked again.
    if (outcome.ok || !ERRORS[outcome.error].retry) this.#confirmed(sessionId, known);
    else this.#failed(sessionId);
  }

  alarm(): void {
    const { hotSessions, clock, effects } = this.#mailbox;
    hotSessions.flush();
    this.#recover();
    const nowMs = clock.nowMs();
    for (const [sessionId, { retryAtMs }] of this.#failing) {
      if (this.#mustWait(sessionId)) effects.wakeAt(retryAtMs);
      else this.#due.add(sessionId);
    }
    if (this.#inFlight.size > 0 || this.#due.size > 0) effects.wakeAt(nowMs + RESUME_AFTER_MS);
  }

  #report(sessionId: SessionId): void {
    const { hotSessions, effects, clock, app, me } = this.#mailbox;
    const row = hotSessions.row(sessionId);
    if (row === undefined || !isUnreported(row.hot, row.receipt)) {
      this.#failing.delete(sessionId);
      return;
    }
    const { readSeqId } = row.hot;
    const receivedSeqId = receivedOf(readSeqId, row.receipt);
    const tag: ReportTag = { feature: this.name, sessionId, known: { read: readSeqId, received: receivedSeqId } };
    this.#inFlight.add(sessionId);
    effects.call(sessionRoom(app, sessionId), { type: "cursors", userId: me, readSeqId, receivedSeqId }, tag);
    effects.wakeAt(clock.nowMs() + RESUME_AFTER_MS);
  }

  #confirmed(sessionId: SessionId, known: Reported): void {
    const { hotSessions, effects, clock } = this.#mailbox;
    this.#failing.delete(sessionId);
    this.#due.add(sessionId);
    hotSessions.confirm(sessionId, known);
    effects.wakeAt(clock.nowMs() + RESUME_AFTER_MS);
  }

  #failed(sessionId: SessionId): void {
    const { clock, random, effects } = this.#mailbox;
    const failures = (this.#failing.get(sessionId)?.failures ?? 0) + 1;
    const retryAtMs = clock.nowMs() + backoffMs(RETRY, failures, random());
    this.#failing.set(sessionId, { failures, retryAtMs });
    effects.wakeAt(retryAtMs);
  }

  /** A clock that was put back must not make the wait longer than any is. */
  #mustWait(sessionId: SessionId): boolean {
    const waitMs = (this.#failing.get(sessionId)?.retryAtMs ?? 0) - this.#mailbox.clock.nowMs();
    return waitMs > 0 && waitMs <= RETRY.maxMs;
  }

  /** What an earlier instance did not see confirmed, a part of the rows at a time. */
  #recover(): void {
    if (this.#recoveredTo === undefined) return;
    const { effects, clock } = this.#mailbox;
    const found = this.#store.unreportedAfter(this.#recoveredTo, MAX_ROWS_AT_ONCE);
    for (const sessionId of found) this.#due.add(sessionId);
    this.#recoveredTo = found.length < MAX_ROWS_AT_ONCE ? undefined : found.at(-1);
    if (this.#recoveredTo !== undefined) effects.wakeAt(clock.nowMs() + RESUME_AFTER_MS);
  }
}
