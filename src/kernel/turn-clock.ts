import type { Clock } from "./ports.ts";

/**
 * Time stands still while a host runs what arrived together, as it does in a Durable Object between two I/Os. Rooms
 * rely on it: of requests that came in one message none is judged by a later time than another.
 */
export class TurnClock implements Clock {
  readonly #wallMs: () => number;
  #nowMs: number;

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
    this.#nowMs = wallMs();
  }

  /** A turn begins. */
  tick(): void {
    this.#nowMs = this.#wallMs();
  }

  nowMs(): number {
    return this.#nowMs;
  }
}
