import type { Clock } from "../../kernel/ports.ts";

export interface Issued {
  readonly value: string;
  readonly expiresAtMs: number;
}

export interface CredentialPlan {
  readonly clock: Clock;
  /** Rejects with `PushFailure` when none can be had. */
  readonly issue: () => Promise<Issued>;
  /** How long before it expires a credential is replaced. */
  readonly refreshAheadMs: number;
}

/**
 * An issue that takes longer than any request may is lost. On Workers a promise dies with the event that made it, and those
 * who wait for it would wait for ever.
 */
const MAX_ISSUE_MS = 15_000;

interface Flight {
  readonly startedAtMs: number;
  readonly result: Promise<Issued>;
}

/** A token to call a provider with: kept, replaced before it expires, and asked for by one caller for all. */
export class Credential {
  readonly #plan: CredentialPlan;
  #current: Issued | undefined;
  #flight: Flight | undefined;

  constructor(plan: CredentialPlan) {
    this.#plan = plan;
  }

  async value(): Promise<string> {
    const nowMs = this.#plan.clock.nowMs();
    const current = this.#current;
    if (current !== undefined && nowMs < current.expiresAtMs - this.#plan.refreshAheadMs) return current.value;
    try {
      return (await this.#issue(nowMs)).value;
    } catch (error) {
      // Refreshing ahead leaves time for failures.
      if (current !== undefined && current === this.#current && nowMs < current.expiresAtMs) return current.value;
      throw error;
    }
  }

  /** The provider refused this value. A newer one, which another caller may have got meanwhile, stays. */
  refused(value: string): void {
    if (this.#current?.value === value) this.#current = undefined;
  }

  #issue(nowMs: number): Promise<Issued> {
    const waiting = this.#flight;
    if (waiting !== undefined && Math.abs(nowMs - waiting.startedAtMs) < MAX_ISSUE_MS) return waiting.result;
    const flight: Flight = { startedAtMs: nowMs, result: this.#issued() };
    this.#flight = flight;
    const landed = () => {
      if (this.#flight === flight) this.#flight = undefined;
    };
    flight.result.then(landed, landed);
    return flight.result;
  }

  async #issued(): Promise<Issued> {
    const issued = await this.#plan.issue();
    this.#current = issued;
    return issued;
  }
}
