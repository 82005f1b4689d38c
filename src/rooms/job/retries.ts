import { type BackoffPlan, backoffMs } from "../../kernel/backoff.ts";
import type { Clock, Random } from "../../kernel/ports.ts";
import type { JobStore } from "./job-store.ts";
import type { Retry } from "./types.ts";

const RETRY: BackoffPlan = { baseMs: 500, maxMs: 60_000 };
/** A target that could not be called for so long counts as failed: a job comes to an end. */
const GIVE_UP_AFTER_MS = 86_400_000;

interface RetryPorts {
  readonly store: JobStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** Targets that wait to be called again, each with a backoff of its own. Rows, and a copy of them in memory. */
export class Retries {
  readonly #ports: RetryPorts;
  readonly #waiting: Map<number, Retry>;

  constructor(ports: RetryPorts) {
    this.#ports = ports;
    this.#waiting = new Map(ports.store.retries().map((retry) => [retry.position, retry]));
  }

  get size(): number {
    return this.#waiting.size;
  }

  find(position: number): Retry | undefined {
    return this.#waiting.get(position);
  }

  add(position: number, target: string): void {
    const firstAt = this.#ports.clock.nowMs();
    this.#put({ position, target, firstAt, attempts: 1, dueAt: this.#dueAt(1) });
  }

  again(retry: Retry): void {
    const attempts = retry.attempts + 1;
    this.#put({ ...retry, attempts, dueAt: this.#dueAt(attempts) });
  }

  remove({ position }: Retry): void {
    this.#waiting.delete(position);
    this.#ports.store.deleteRetry(position);
  }

  isHopeless({ firstAt }: Retry): boolean {
    return this.#ports.clock.nowMs() - firstAt >= GIVE_UP_AFTER_MS;
  }

  due(): Retry[] {
    return [...this.#waiting.values()].filter((retry) => this.#waitMs(retry) === 0);
  }

  /** How long until one more is due; infinite when none waits. */
  waitMs(): number {
    const waits = [...this.#waiting.values()].map((retry) => this.#waitMs(retry)).filter((waitMs) => waitMs > 0);
    return Math.min(Number.POSITIVE_INFINITY, ...waits);
  }

  /** A clock that was put back must not make the pause longer than any is. */
  #waitMs({ dueAt }: Retry): number {
    const waitMs = dueAt - this.#ports.clock.nowMs();
    return waitMs > RETRY.maxMs ? 0 : Math.max(0, waitMs);
  }

  #dueAt(attempts: number): number {
    return this.#ports.clock.nowMs() + backoffMs(RETRY, attempts, this.#ports.random());
  }

  #put(retry: Retry): void {
    this.#waiting.set(retry.position, retry);
    this.#ports.store.putRetry(retry);
  }
}
