import type { Clock } from "../../kernel/ports.ts";

/** Calls that begin at one time of the clock: a host may run everything that follows from them in one turn, and others wait. */
export class Burst {
  readonly #clock: Clock;
  readonly #max: number;
  #atMs = Number.NaN;
  #calls = 0;

  constructor(clock: Clock, max: number) {
    this.#clock = clock;
    this.#max = max;
  }

  isSpent(): boolean {
    const nowMs = this.#clock.nowMs();
    if (this.#atMs !== nowMs) [this.#atMs, this.#calls] = [nowMs, 0];
    return this.#calls >= this.#max;
  }

  add(): void {
    this.#calls += 1;
  }
}
