import type { Clock } from "../../../kernel/ports.ts";

/** A place in the row: to be taken after `waitMs`; or none that comes soon enough, and how long it would take. */
export type Place =
  | { readonly kind: "booked"; readonly waitMs: number }
  | { readonly kind: "full"; readonly waitMs: number };

/** A clock that is set back does not stretch the row. */
const MAX_AHEAD_MS = 3_600_000;

/** Spaces requests evenly. */
export class Pacer {
  readonly #gapMs: number;
  readonly #clock: Clock;
  #nextMs = 0;

  constructor(perSecond: number, clock: Clock) {
    this.#gapMs = 1_000 / perSecond;
    this.#clock = clock;
  }

  /** The next free place, if it comes within `maxWaitMs`. */
  book(maxWaitMs: number): Place {
    const nowMs = this.#clock.nowMs();
    const isAhead = this.#nextMs > nowMs && this.#nextMs - nowMs <= MAX_AHEAD_MS;
    const placeMs = isAhead ? this.#nextMs : nowMs;
    const waitMs = placeMs - nowMs;
    if (waitMs > maxWaitMs) return { kind: "full", waitMs };
    this.#nextMs = placeMs + this.#gapMs;
    return { kind: "booked", waitMs };
  }
}
