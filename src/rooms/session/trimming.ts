import type { Effects } from "../../kernel/effects.ts";
import type { ArchivePolicy } from "../../kernel/policy.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { FanOut } from "./fan-out.ts";
import { lastBefore } from "./last-before.ts";
import type { Log } from "./log.ts";
import type { Trim, TrimStore } from "./trim-store.ts";

/** A packId is known for at least so long. */
const PACKS_KEPT_MS = 30 * 86_400_000;
/** Entries and packs of one step: what is left waits for the next. */
const MAX_AT_ONCE = 1_024;
/** A step for less would write more rows for itself than for entries. */
const MIN_AT_ONCE = 64;
/** Who writes just now does not wait for space to be saved, unless there is so much to save. */
const BUSY_MS = 1_000;
const MAX_UNTRIMMED = 16_384;
const NEXT_STEP_MS = 100;

interface TrimmingPorts {
  readonly store: TrimStore;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly clock: Clock;
  readonly effects: Effects;
  readonly policy: ArchivePolicy | undefined;
}

/**
 * Lets go of what the archive has: contents first, so that what decides about an entry (who sent it, whether it counts, whether it
 * is gone) stays here, and needs no archive; packIds when nobody repeats them any more.
 */
export class Trimming {
  readonly #ports: TrimmingPorts;
  #trim: Trim | undefined;

  constructor(ports: TrimmingPorts) {
    this.#ports = ports;
  }

  get trimmedSeqId(): number {
    return this.#known.seqId;
  }

  /** The archive has every entry up to `seqId`. Said again, it goes on where it was left. */
  archived(seqId: number): void {
    const { policy, log, clock, effects } = this.#ports;
    if (policy === undefined) return;
    const left = Math.min(seqId, log.headSeqId - policy.hotEntries) - this.#known.seqId;
    if (left < Math.min(MIN_AT_ONCE, policy.hotEntries)) return;
    const nowMs = clock.nowMs();
    if (Math.abs(nowMs - log.headTimestamp) < BUSY_MS && left < MAX_UNTRIMMED) effects.wakeAt(nowMs + BUSY_MS);
    else if (this.#step(seqId, policy) === MAX_AT_ONCE) effects.wakeAt(nowMs + NEXT_STEP_MS);
  }

  /** Answers how many entries it went on. */
  #step(seqId: number, policy: ArchivePolicy): number {
    const { store, log } = this.#ports;
    const old = this.#known;
    const next = { seqId: this.#trimTo(seqId, policy), packsSeqId: old.packsSeqId };
    next.packsSeqId = this.#forgetTo(next.seqId);
    if (next.seqId === old.seqId && next.packsSeqId === old.packsSeqId) return 0;
    store.trim({ after: old.seqId, upTo: next.seqId, archived: seqId });
    log.forget(next.seqId);
    if (next.packsSeqId > old.packsSeqId) store.forgetPacks(old.packsSeqId, next.packsSeqId);
    store.put(next);
    this.#trim = next;
    return next.seqId - old.seqId;
  }

  get #known(): Trim {
    this.#trim ??= this.#ports.store.find();
    return this.#trim;
  }

  #trimTo(archivedSeqId: number, { hotEntries, hotMs }: ArchivePolicy): number {
    const { log, fanOut } = this.#ports;
    const { seqId } = this.#known;
    const upTo = Math.min(archivedSeqId, log.headSeqId - hotEntries, fanOut.neededAfter, seqId + MAX_AT_ONCE);
    const end = hotMs === 0 ? upTo : lastBefore(log, this.#ports.clock.nowMs() - hotMs, { after: seqId, upTo });
    return end - seqId < Math.min(MIN_AT_ONCE, hotEntries) ? seqId : end;
  }

  /** Rows of packs are not in the order of the log: all are looked at, so it has to be worth it. */
  #forgetTo(trimmedSeqId: number): number {
    const { log, clock } = this.#ports;
    const { packsSeqId } = this.#known;
    const worthIt = packsSeqId + Math.max(MAX_AT_ONCE, (log.headSeqId - packsSeqId) / 2);
    if (trimmedSeqId < worthIt) return packsSeqId;
    const end = lastBefore(log, clock.nowMs() - PACKS_KEPT_MS, { after: packsSeqId, upTo: trimmedSeqId });
    return end < worthIt ? packsSeqId : end;
  }
}
