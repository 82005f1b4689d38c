import type { Measures } from "../../kernel/measures.ts";
import type { Counter, Histogram } from "../../kernel/metrics.ts";
import { Tally } from "../../kernel/tally.ts";

const BOUNDS_S = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Takes the time of turns, and counts what they did. */
export class TurnMeter {
  readonly tally: Tally;
  readonly #steadyMs: () => number;
  readonly #turns: Histogram;
  readonly #commits: Histogram;
  readonly #lost: Counter;
  #beganAtMs = 0;
  #commitsAtMs = 0;

  constructor(measures: Measures) {
    const { metrics, steadyMs } = measures;
    this.#steadyMs = steadyMs;
    this.#turns = metrics.histogram(
      { name: "parley_turn_duration_seconds", unit: "seconds", help: "Turns of the event loop in which rooms ran." },
      BOUNDS_S,
    );
    this.#commits = metrics.histogram(
      { name: "parley_commit_duration_seconds", unit: "seconds", help: "The commit of a turn, with its fsync." },
      BOUNDS_S,
    );
    this.#lost = metrics.counter({ name: "parley_lost_turns", help: "Turns that could not be stored." });
    this.tally = new Tally(measures);
  }

  begins(): void {
    this.#beganAtMs = this.#steadyMs();
  }

  commits(): void {
    this.#commitsAtMs = this.#steadyMs();
  }

  committed(): void {
    const nowMs = this.#steadyMs();
    this.#turns.observe((nowMs - this.#beganAtMs) / 1_000);
    this.#commits.observe((nowMs - this.#commitsAtMs) / 1_000);
    this.tally.count();
  }

  lost(): void {
    this.#lost.add();
    this.tally.forget();
  }
}
