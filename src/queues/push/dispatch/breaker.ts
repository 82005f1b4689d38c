import { type BackoffPlan, backoffMs } from "../../../kernel/backoff.ts";
import type { Clock, Random } from "../../../kernel/ports.ts";

export interface BreakerPorts {
  readonly clock: Clock;
  readonly random: Random;
}

type State =
  | { readonly kind: "closed"; readonly failures: number }
  | { readonly kind: "open"; readonly untilMs: number; readonly openings: number }
  /** One request is on its way to find out. */
  | { readonly kind: "probing"; readonly sinceMs: number; readonly openings: number };

/** Failures in a row, with no answer between them. */
const FAILURES_TO_OPEN = 5;
const PAUSE: BackoffPlan = { baseMs: 5_000, maxMs: 60_000 };
/** A probe that takes longer is lost: on Workers a promise may die with the event that made it. */
const MAX_PROBE_MS = 30_000;
const PROBE_PAUSE_MS = 1_000;

const CLOSED: State = { kind: "closed", failures: 0 };

/** Keeps requests from a service that fails: it gets one now and then, until it answers again. */
export class Breaker {
  readonly #ports: BreakerPorts;
  #state: State = CLOSED;

  constructor(ports: BreakerPorts) {
    this.#ports = ports;
  }

  /** 0 when a request may go, else the ms until it is worth another look. */
  pauseMs(): number {
    const state = this.#state;
    const nowMs = this.#ports.clock.nowMs();
    if (state.kind === "open") return within(state.untilMs - nowMs, PAUSE.maxMs);
    if (state.kind === "probing" && within(nowMs - state.sinceMs, MAX_PROBE_MS) > 0) return PROBE_PAUSE_MS;
    return 0;
  }

  /** As `pauseMs`; with 0 the request is on its way, and one of the methods below tells how it ended. */
  admit(): number {
    const pauseMs = this.pauseMs();
    if (pauseMs > 0 || this.#state.kind === "closed") return pauseMs;
    // A millisecond back, so that it is seen as begun in this very millisecond.
    this.#state = { kind: "probing", sinceMs: this.#ports.clock.nowMs() - 1, openings: this.#state.openings };
    return 0;
  }

  answered(): void {
    this.#state = CLOSED;
  }

  failed(): void {
    const state = this.#state;
    if (state.kind === "probing") this.#open(state.openings + 1);
    else if (state.kind === "closed" && state.failures + 1 >= FAILURES_TO_OPEN) this.#open(1);
    else if (state.kind === "closed") this.#state = { kind: "closed", failures: state.failures + 1 };
  }

  /** The next request would fail alike: no need to count. */
  trip(): void {
    const state = this.#state;
    if (state.kind !== "open") this.#open(state.kind === "probing" ? state.openings + 1 : 1);
  }

  #open(openings: number): void {
    const { clock, random } = this.#ports;
    this.#state = { kind: "open", untilMs: clock.nowMs() + backoffMs(PAUSE, openings, random()), openings };
  }
}

/** A time that a clock which was set anew cannot stretch. */
function within(ms: number, maxMs: number): number {
  return ms > 0 && ms <= maxMs ? ms : 0;
}
