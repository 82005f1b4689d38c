import type { CallTag, Effects } from "../../kernel/effects.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import type { AppId, JobId } from "../../protocol/ids.ts";
import type { JobProgress } from "../../protocol/job-progress.ts";
import { isRefusal, type Outcome } from "../../protocol/rpc/outcome.ts";
import { Burst } from "./burst.ts";
import { jobKindOf, packIdOf } from "./job-kinds.ts";
import type { JobStore } from "./job-store.ts";
import type { Retries } from "./retries.ts";
import type { Targets } from "./targets.ts";
import type { Order, Stage, State } from "./types.ts";

/** Calls under way at once, of a kind that says nothing else. */
const MAX_IN_FLIGHT = 64;
/** Answers that wait to be written down; after a crash so many targets may be called again. */
const CHECKPOINT_EVERY = 64;
/** A call that hangs holds the cursor: so far beyond it others go on. */
const MAX_AHEAD = 1_024;
/** When so many targets cannot be called, calling more would not help. */
const MAX_WAITING = 256;
/** While calls are under way the alarm is at most this far away. Below the 10 s after which an idle object is evicted. */
const RESUME_AFTER_MS = 5_000;
const MAX_FAILURES_KEPT = 100;

/** Tag of a target's call. */
interface ItemTag {
  readonly position: number;
}

interface WorkPorts {
  readonly app: AppId;
  readonly jobId: JobId;
  readonly store: JobStore;
  readonly targets: Targets;
  readonly retries: Retries;
  readonly clock: Clock;
  readonly effects: Effects;
}

/** Calls every target of a job, from a committed cursor. */
export class Work implements Stage {
  readonly #ports: WorkPorts;
  readonly order: Order;
  #state: State;
  /** The first position that this instance has not called. */
  #next: number;
  readonly #inFlight = new Set<number>();
  /** How calls at or beyond the cursor ended. */
  readonly #ended = new Map<number, Outcome>();
  /** Called, and to be called again: beyond the cursor. */
  readonly #unfinished = new Set<number>();
  readonly #atOnce: number;
  readonly #burst: Burst;
  /** A new instance does not know what an earlier one left to do. */
  #dirty = true;
  #mustCheckpoint = false;

  constructor(ports: WorkPorts, order: Order, state: State) {
    this.#ports = ports;
    this.order = order;
    this.#state = state;
    this.#next = state.cursor;
    this.#atOnce = jobKindOf(order.job).atOnce ?? MAX_IN_FLIGHT;
    this.#burst = new Burst(ports.clock, this.#atOnce);
  }

  get endedAt(): number | undefined {
    const { phase } = this.#state;
    return "endedAt" in phase ? phase.endedAt : undefined;
  }

  progress(): JobProgress {
    const { job, total, createdAt } = this.order;
    const { done, failed } = this.#state;
    const { endedAt } = this;
    const counts = { kind: job.kind, state: this.#shownState(), total, done, failed };
    const failures = this.#ports.store.failures();
    return { ...counts, failures, createdAt, ...(endedAt === undefined ? {} : { finishedAt: endedAt }) };
  }

  cancel(): void {
    if (this.#state.phase.kind !== "open") return;
    this.#put({ ...this.#state, phase: { kind: "cancelling" } });
    this.#dirty = true;
  }

  /** Time has passed: retries may be due, and what has ended is written down. */
  touch(): void {
    this.#dirty = true;
    this.#mustCheckpoint = true;
  }

  /** An earlier instance's calls are answered as well, and then twice: the first answer counts. */
  replied(tag: CallTag, outcome: Outcome): void {
    const { position } = tag as Partial<ItemTag>; // SAFETY: looked at only as far as it is one
    if (position === undefined || this.endedAt !== undefined) return;
    this.#dirty = true;
    this.#inFlight.delete(position);
    const ending = outcome.ok ? jobKindOf(this.order.job).outcomeOf(outcome.value) : outcome;
    // One that waits in a row is due since it was called.
    if (ending === undefined) {
      if (position >= this.#state.cursor) this.#unfinished.add(position);
    } else if (position < this.#state.cursor) this.#calledAgain(position, ending);
    else if (!this.#ended.has(position)) this.#ended.set(position, ending);
  }

  settle(): void {
    if (!this.#dirty || this.endedAt !== undefined) return;
    this.#dirty = false;
    this.#checkpoint();
    if (this.#state.phase.kind === "open") this.#startCalls();
    if (this.#isOver()) this.#end();
    else this.#ports.effects.wakeAt(this.#ports.clock.nowMs() + this.#pauseMs());
  }

  #shownState(): JobProgress["state"] {
    const { phase, cursor } = this.#state;
    if (phase.kind === "open") return cursor === 0 ? "queued" : "running";
    return phase.kind === "cancelling" ? "cancelled" : phase.kind;
  }

  /** Writes down everything that is known without a hole, many targets at once. */
  #checkpoint(): void {
    const isDue = this.#mustCheckpoint || this.#ended.size >= CHECKPOINT_EVERY || this.#inFlight.size === 0;
    if (!isDue) return;
    this.#mustCheckpoint = false;
    let { cursor, done, failed } = this.#state;
    for (let end = this.#ended.get(cursor); end !== undefined; end = this.#ended.get(cursor)) {
      if (end.ok) done += 1;
      else if (isRefusal(end)) this.#noteFailure(failed++, this.#ports.targets.at(cursor), end.error);
      else this.#ports.retries.add(cursor, this.#ports.targets.at(cursor));
      this.#ended.delete(cursor);
      cursor += 1;
    }
    if (cursor > this.#state.cursor) this.#put({ ...this.#state, cursor, done, failed });
  }

  #calledAgain(position: number, ending: Outcome): void {
    const { retries } = this.#ports;
    const retry = retries.find(position);
    if (retry === undefined) return;
    const { done, failed } = this.#state;
    if (ending.ok) {
      retries.remove(retry);
      this.#put({ ...this.#state, done: done + 1 });
    } else if (isRefusal(ending) || retries.isHopeless(retry)) {
      retries.remove(retry);
      this.#noteFailure(failed, retry.target, ending.error);
      this.#put({ ...this.#state, failed: failed + 1 });
    } else retries.again(retry);
  }

  #startCalls(): void {
    const { retries, targets } = this.#ports;
    for (const { position, target } of retries.due()) if (this.#canCall()) this.#call(position, target);
    for (const position of this.#unfinished) {
      if (!this.#canCall()) break;
      this.#unfinished.delete(position);
      this.#call(position, targets.at(position));
    }
    while (this.#hasNext() && this.#canCall()) {
      const position = this.#next;
      this.#next += 1;
      if (!this.#ended.has(position)) this.#call(position, targets.at(position));
    }
  }

  #hasNext(): boolean {
    const mayStart = this.#next < this.#state.cursor + MAX_AHEAD && this.#ports.retries.size < MAX_WAITING;
    return mayStart && this.#next < this.order.total;
  }

  #canCall(): boolean {
    return this.#inFlight.size < this.#atOnce && !this.#burst.isSpent();
  }

  #call(position: number, target: string): void {
    if (this.#inFlight.has(position)) return;
    const { app, jobId, effects } = this.#ports;
    const { job } = this.order;
    const { to, call } = jobKindOf(job).itemOf({ app, job, target, packId: packIdOf(jobId, target) });
    this.#inFlight.add(position);
    this.#burst.add();
    const tag: ItemTag = { position };
    effects.call(to, call, tag);
  }

  /** How long until there is something to do that no answer brings about. */
  #pauseMs(): number {
    const { retries } = this.#ports;
    const isOpen = this.#state.phase.kind === "open";
    const isDue = retries.due().some(({ position }) => !this.#inFlight.has(position));
    const hasMore = isOpen && (this.#hasNext() || this.#unfinished.size > 0 || isDue);
    if (hasMore && this.#inFlight.size < this.#atOnce) return 1;
    const untilRetryMs = isOpen ? retries.waitMs() : Number.POSITIVE_INFINITY;
    return this.#inFlight.size > 0 ? Math.min(RESUME_AFTER_MS, untilRetryMs) : untilRetryMs;
  }

  #isOver(): boolean {
    if (this.#inFlight.size > 0) return false;
    const { phase, cursor } = this.#state;
    return phase.kind === "cancelling" || (cursor === this.order.total && this.#ports.retries.size === 0);
  }

  #end(): void {
    const kind = this.#state.phase.kind === "cancelling" ? "cancelled" : "done";
    this.#put({ ...this.#state, phase: { kind, endedAt: this.#ports.clock.nowMs() } });
    this.#ports.store.deleteTargets();
  }

  #noteFailure(number: number, target: string, error: ErrorName): void {
    if (number < MAX_FAILURES_KEPT) this.#ports.store.addFailure(number, target, error);
  }

  #put(state: State): void {
    this.#state = state;
    this.#ports.store.putState(state);
  }
}
