import { type BackoffPlan, backoffMs } from "../../kernel/backoff.ts";
import type { Effects } from "../../kernel/effects.ts";
import type { Clock, Random } from "../../kernel/ports.ts";
import { mailboxRoom, type RoomName } from "../../kernel/room-name.ts";
import type { EntryFrame } from "../../protocol/down.ts";
import type { AppId, SessionId, UserId } from "../../protocol/ids.ts";
import type { Log } from "./log.ts";
import type { SessionStore } from "./store.ts";

/** While a delivery is outstanding the alarm is at most this far away. Below the 10 s after which an idle object is evicted. */
const RESUME_AFTER_MS = 5_000;
const MAX_ENTRIES_PER_CALL = 1_024;
const RETRY: BackoffPlan = { baseMs: 500, maxMs: 60_000 };

/** One mailbox that the log is delivered to. */
interface Target {
  readonly userId: UserId;
  readonly room: RoomName;
  /** Everything up to here is durable in the mailbox. */
  cursor: number;
  /** Nothing after this is theirs: they left. */
  untilSeqId: number | undefined;
  inFlight: boolean;
  failures: number;
  retryAtMs: number;
  /** Has a backlog row: its cursor is its own, not the common one. */
  stored: boolean;
}

/** Tag of a delivery. */
export interface DeliveredTag {
  readonly kind: "delivered";
  readonly userId: UserId;
  readonly upTo: number;
}

interface FanOutPorts {
  readonly app: AppId;
  readonly sessionId: SessionId;
  readonly store: SessionStore;
  readonly log: Log;
  readonly effects: Effects;
  readonly clock: Clock;
  readonly random: Random;
}

/** Drives every mailbox to the head of the log, from committed cursors. */
export class FanOut {
  readonly #ports: FanOutPorts;
  readonly #targets = new Map<UserId, Target>();
  #dirty = false;
  /** All targets at the same cursor share one frame, which is therefore encoded once. */
  #frame: { after: number; upTo: number; changes: number; frame: EntryFrame } | undefined;

  /** `members` with the seqId from which the log is theirs. */
  constructor(ports: FanOutPorts, members: readonly { userId: UserId; joinedSeqId: number }[]) {
    this.#ports = ports;
    const { fanned } = ports.store.head();
    for (const { userId, joinedSeqId } of members) {
      this.#targets.set(userId, this.#target(userId, Math.max(fanned, joinedSeqId - 1)));
    }
    for (const { userId, cursor, untilSeqId } of ports.store.backlog()) {
      this.#targets.set(userId, { ...this.#target(userId, cursor), untilSeqId, stored: true });
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

  /** Entries were appended, or may be outstanding since an earlier life. */
  touch(): void {
    this.#dirty = true;
  }

  /**
   * From `joinedSeqId` on the log is theirs. Whoever comes back before the farewell was delivered starts anew, but a
   * call that is under way stays the only one (S20).
   */
  join(userId: UserId, joinedSeqId: number): void {
    const old = this.#targets.get(userId);
    if (old?.stored) this.#ports.store.deleteBacklog(userId);
    this.#targets.set(userId, { ...this.#target(userId, joinedSeqId - 1), inFlight: old?.inFlight ?? false });
  }

  leave(userId: UserId, untilSeqId: number): void {
    const old = this.#targets.get(userId);
    if (old === undefined) return;
    old.untilSeqId = untilSeqId;
    this.#storeBacklog(old);
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
      if (one.retryAtMs > nowMs) {
        wakeAtMs = Math.min(wakeAtMs, one.retryAtMs);
        continue;
      }
      wakeAtMs = Math.min(wakeAtMs, nowMs + RESUME_AFTER_MS);
      if (one.inFlight) continue;
      one.inFlight = true;
      const { frame, upTo: reached } = this.#frameFor(one.cursor, upTo);
      const tag: DeliveredTag = { kind: "delivered", userId: one.userId, upTo: reached };
      effects.call(one.room, { type: "deliver", frame }, tag);
    }
    if (wakeAtMs < Number.POSITIVE_INFINITY) effects.wakeAt(wakeAtMs);
  }

  delivered(tag: DeliveredTag, ok: boolean): void {
    const one = this.#targets.get(tag.userId);
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
    this.#ports.store.deleteBacklog(one.userId);
    one.stored = false;
    if (one.untilSeqId !== undefined) this.#targets.delete(one.userId);
  }

  #storeBacklog(one: Target): void {
    this.#ports.store.putBacklog(one);
    one.stored = true;
  }

  #endOf(one: Target): number {
    return Math.min(this.#ports.log.headSeqId, one.untilSeqId ?? Number.POSITIVE_INFINITY);
  }

  #frameFor(after: number, upTo: number): { frame: EntryFrame; upTo: number } {
    const { log, sessionId } = this.#ports;
    const { changes } = log;
    const cached = this.#frame;
    if (cached?.after === after && cached.upTo <= upTo && cached.changes === changes) return cached;
    const entries = log.range(after, upTo, MAX_ENTRIES_PER_CALL);
    const frame: EntryFrame = { type: "entry", sessionId, entries };
    this.#frame = { after, upTo: after + entries.length, changes, frame };
    return this.#frame;
  }

  #target(userId: UserId, cursor: number): Target {
    const room = mailboxRoom(this.#ports.app, userId);
    return { userId, room, cursor, untilSeqId: undefined, inFlight: false, failures: 0, retryAtMs: 0, stored: false };
  }
}
