import { type BackoffPlan, backoffMs } from "../../kernel/backoff.ts";
import type { Effects } from "../../kernel/effects.ts";
import type { Clock, Random } from "../../kernel/ports.ts";
import type { EntryFrame, ObservedFrame } from "../../protocol/down.ts";
import type { AppId, SessionId, UserId } from "../../protocol/ids.ts";
import type { MailboxCall } from "../../protocol/rpc/mailbox-call.ts";
import { keyOf, type Target, targetOf } from "./delivery-target.ts";
import type { ImportBook } from "./import-book.ts";
import type { Log } from "./log.ts";
import type { SessionStore } from "./store.ts";
import { AS_MEMBER, type Reader } from "./types.ts";

/** While a delivery is outstanding the alarm is at most this far away. Below the 10 s after which an idle object is evicted. */
const RESUME_AFTER_MS = 5_000;
const MAX_ENTRIES_PER_CALL = 1_024;
/** A long import is many calls, and one delivery. */
const TELL_AFTER_MS = 2_000;
const RETRY: BackoffPlan = { baseMs: 500, maxMs: 60_000 };

/** Tag of a delivery. */
export interface DeliveredTag {
  readonly kind: "delivered";
  readonly key: string;
  readonly upTo: number;
}

interface FanOutPorts {
  readonly app: AppId;
  readonly sessionId: SessionId;
  readonly store: SessionStore;
  readonly log: Log;
  readonly imports: ImportBook;
  readonly effects: Effects;
  readonly clock: Clock;
  readonly random: Random;
}

/** A reader from `joinedSeqId` on. */
interface Joined extends Partial<Reader> {
  readonly userId: UserId;
  readonly joinedSeqId: number;
}

/** Consecutive entries, as members and as observers get them. */
interface Piece {
  readonly after: number;
  readonly upTo: number;
  readonly changes: number;
  readonly frame: EntryFrame;
  observed?: ObservedFrame;
}

/** Drives every mailbox to the head of the log, from committed cursors. */
export class FanOut {
  readonly #ports: FanOutPorts;
  readonly #targets = new Map<string, Target>();
  #dirty = false;
  /** All targets at the same cursor share one frame, which is therefore encoded once. */
  #piece: Piece | undefined;

  /** `readers` with the seqId from which the log is theirs. */
  constructor(ports: FanOutPorts, readers: readonly Joined[]) {
    this.#ports = ports;
    const { fanned } = ports.store.head();
    for (const { userId, observation = AS_MEMBER, joinedSeqId } of readers) {
      this.#put(targetOf(ports.app, { userId, observation }, Math.max(fanned, joinedSeqId - 1)));
    }
    for (const row of ports.store.backlog()) {
      this.#put({ ...targetOf(ports.app, row, row.cursor), untilSeqId: row.untilSeqId, stored: true });
    }
  }

  /** What is delivered to everybody that has no backlog row; stored with the next entry (S24). */
  get fanned(): number {
    let fanned = this.#ports.log.headSeqId;
    for (const { stored, cursor } of this.#targets.values()) {
      if (!stored && cursor < fanned) fanned = cursor;
    }
    return fanned;
  }

  /** Nobody gets anything more up to here. */
  get neededAfter(): number {
    let needed = this.#ports.log.headSeqId;
    for (const { cursor } of this.#targets.values()) needed = Math.min(needed, cursor);
    return needed;
  }

  /** Entries were appended, or may be outstanding since an earlier life. */
  touch(): void {
    this.#dirty = true;
  }

  /**
   * From `joinedSeqId` on the log is theirs. Whoever comes back before the farewell was delivered starts anew, but a
   * call that is under way stays the only one (S20).
   */
  join({ userId, observation = AS_MEMBER, joinedSeqId }: Joined): void {
    const reader = { userId, observation };
    const old = this.#targets.get(keyOf(reader));
    if (old?.stored) this.#ports.store.deleteBacklog(reader);
    this.#put({ ...targetOf(this.#ports.app, reader, joinedSeqId - 1), inFlight: old?.inFlight ?? false });
  }

  /** The log is theirs up to `untilSeqId`. */
  leave(reader: Reader, untilSeqId: number): void {
    const old = this.#targets.get(keyOf(reader));
    if (old === undefined) return;
    old.untilSeqId = untilSeqId;
    this.#storeBacklog(old);
  }

  /** Nothing more is theirs, not even what they did not get yet. */
  drop(reader: Reader): void {
    const old = this.#targets.get(keyOf(reader));
    if (old?.stored) this.#ports.store.deleteBacklog(old);
    this.#targets.delete(keyOf(reader));
  }

  /** Starts a delivery to every target that is behind and has none in flight (S20). */
  settle(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const { effects, clock } = this.#ports;
    const nowMs = clock.nowMs();
    let wakeAtMs = Number.POSITIVE_INFINITY;
    for (const one of this.#targets.values()) {
      const upTo = this.#endOf(one);
      if (one.cursor >= upTo) continue;
      const dueAtMs = Math.max(one.retryAtMs, this.#toldAtMs(one, nowMs));
      if (dueAtMs > nowMs) {
        wakeAtMs = Math.min(wakeAtMs, dueAtMs);
        continue;
      }
      wakeAtMs = Math.min(wakeAtMs, nowMs + RESUME_AFTER_MS);
      if (one.inFlight) continue;
      one.inFlight = true;
      const next = this.#nextFor(one, upTo);
      const tag: DeliveredTag = { kind: "delivered", key: one.key, upTo: next.upTo };
      effects.call(one.room, next.call, tag);
    }
    if (wakeAtMs < Number.POSITIVE_INFINITY) effects.wakeAt(wakeAtMs);
  }

  delivered(tag: DeliveredTag, ok: boolean): void {
    const one = this.#targets.get(tag.key);
    if (one === undefined) return;
    one.inFlight = false;
    if (!ok) {
      this.#fail(one);
      return;
    }
    one.failures = 0;
    one.retryAtMs = 0;
    if (tag.upTo > one.cursor) one.cursor = tag.upTo;
    const upTo = this.#endOf(one);
    if (one.cursor < upTo) this.#dirty = true;
    else if (one.stored) this.#caughtUp(one);
  }

  #fail(one: Target): void {
    const { clock, random } = this.#ports;
    one.failures += 1;
    one.retryAtMs = clock.nowMs() + backoffMs(RETRY, one.failures, random());
    if (!one.stored) this.#storeBacklog(one);
    this.#dirty = true;
  }

  #caughtUp(one: Target): void {
    this.#ports.store.deleteBacklog(one);
    one.stored = false;
    if (one.untilSeqId !== undefined) this.#targets.delete(one.key);
  }

  #storeBacklog(one: Target): void {
    this.#ports.store.putBacklog(one);
    one.stored = true;
  }

  #endOf(one: Target): number {
    return Math.min(this.#ports.log.headSeqId, one.untilSeqId ?? Number.POSITIVE_INFINITY);
  }

  /** Of an import that goes on nobody is told before it rests. */
  #toldAtMs(one: Target, nowMs: number): number {
    return this.#isToldAsOne(one) ? nowMs + this.#ports.imports.waitMs(TELL_AFTER_MS) : 0;
  }

  #isToldAsOne({ observation, cursor }: Target): boolean {
    return observation === AS_MEMBER && cursor < this.#ports.imports.seqId;
  }

  #nextFor(one: Target, upTo: number): { readonly call: MailboxCall; readonly upTo: number } {
    const { imports } = this.#ports;
    if (this.#isToldAsOne(one)) {
      const end = Math.min(upTo, imports.seqId);
      return { call: imports.summary(one.cursor, end), upTo: end };
    }
    const piece = this.#pieceFor(one.cursor, upTo);
    return { call: callFor(one, piece), upTo: piece.upTo };
  }

  #pieceFor(after: number, upTo: number): Piece {
    const { log, sessionId } = this.#ports;
    const { changes } = log;
    const cached = this.#piece;
    if (cached?.after === after && cached.upTo <= upTo && cached.changes === changes) return cached;
    const entries = log.range(after, upTo, MAX_ENTRIES_PER_CALL);
    const frame: EntryFrame = { type: "entry", sessionId, entries };
    this.#piece = { after, upTo: after + entries.length, changes, frame };
    return this.#piece;
  }

  #put(one: Target): void {
    this.#targets.set(one.key, one);
  }
}

function callFor({ observation }: Reader, piece: Piece): MailboxCall {
  if (observation === AS_MEMBER) return { type: "deliver", frame: piece.frame };
  piece.observed ??= { ...piece.frame, type: "observed" };
  return { type: "observed", observation, frame: piece.observed };
}
