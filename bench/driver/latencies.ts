import type { Latency } from "./job.ts";

const MAX_SAMPLES = 2_000_000;

/** Durations of one measurement, in ms. */
export class Latencies {
  readonly #samples = new Float32Array(MAX_SAMPLES);
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  /** Beyond its size it keeps the first ones: the load is steady by then. */
  add(ms: number): void {
    if (this.#count < MAX_SAMPLES) this.#samples[this.#count++] = ms;
  }

  summary(): Latency {
    const sorted = this.#samples.subarray(0, this.#count).slice().sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return { p50Ms: at(0.5), p99Ms: at(0.99) };
  }
}
