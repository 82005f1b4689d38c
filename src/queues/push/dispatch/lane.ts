import type { PushOutcome, PushProvider } from "../provider.ts";
import type { Addressee, Attempt } from "./attempt.ts";
import { Breaker } from "./breaker.ts";
import { Pacer } from "./pacer.ts";
import type { DispatchPorts } from "./ports.ts";

/** One way to send to some of the addressees of a request: one outcome each. */
export type Ask = (provider: PushProvider, to: readonly Addressee[]) => Promise<readonly PushOutcome[]>;

/** Longer than that a request does not wait for its place: its jobs come again. */
const MAX_PLACE_WAIT_MS = 1_000;
const FAULT: PushOutcome = { kind: "retry", reason: "fault" };

export interface LaneOptions {
  /** For the log. */
  readonly name: string;
  readonly provider: PushProvider;
  readonly perSecond: number | undefined;
}

/** The way to one provider with the credentials of one package: how fast it goes, and whether it is open. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #ports: DispatchPorts;
  readonly #breaker: Breaker;
  readonly #pacer: Pacer | undefined;
  /** Of the configuration, while the provider refuses everybody for it. */
  #fault: string | undefined;

  constructor(options: LaneOptions, ports: DispatchPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#breaker = new Breaker(ports);
    this.#pacer = options.perSecond === undefined ? undefined : new Pacer(options.perSecond, ports.clock);
  }

  /** One attempt per addressee, in their order. Never rejects. */
  async send(to: readonly Addressee[], ask: Ask): Promise<readonly Attempt[]> {
    const hindrance = await this.#hindrance();
    if (hindrance !== undefined) return to.map(() => hindrance);
    const outcomes = await this.#outcomes(to, ask);
    this.#judge(outcomes);
    return outcomes.map((outcome) => ({ kind: "asked", outcome }));
  }

  /** `undefined`: go. */
  async #hindrance(): Promise<Attempt | undefined> {
    const pauseMs = this.#breaker.pauseMs();
    if (pauseMs > 0) return this.#paused(pauseMs);
    const place = this.#pacer?.book(MAX_PLACE_WAIT_MS);
    if (place?.kind === "full") return { kind: "paced", afterMs: place.waitMs };
    if (place !== undefined && place.waitMs > 0) await this.#ports.sleep(place.waitMs);
    const refusedMs = this.#breaker.admit();
    return refusedMs > 0 ? this.#paused(refusedMs) : undefined;
  }

  #paused(afterMs: number): Attempt {
    return { kind: "paused", afterMs, fault: this.#fault };
  }

  async #outcomes(to: readonly Addressee[], ask: Ask): Promise<readonly PushOutcome[]> {
    try {
      const outcomes = await ask(this.#options.provider, to);
      const refused = to.filter((_, index) => outcomes[index]?.kind === "refreshCredential");
      if (refused.length === 0) return outcomes;
      const renewed = (await ask(this.#options.provider, refused)).map(twice);
      return outcomes.map((outcome, index) => {
        const place = refused.indexOf(to[index] as Addressee); // SAFETY: outcomes are as many as addressees
        return place < 0 ? outcome : (renewed[place] ?? FAULT);
      });
    } catch (fault) {
      // What a vendor answers makes no provider throw, so it is ours. The message must not be lost for it.
      this.#ports.onFault(fault);
      return to.map(() => FAULT);
    }
  }

  /** A device may be at fault when it alone has to wait; a request of which nothing came is the provider's failure. */
  #judge(outcomes: readonly PushOutcome[]): void {
    const are = (kind: PushOutcome["kind"]) => outcomes.every((outcome) => outcome.kind === kind);
    if (are("configError")) this.#misconfigured(outcomes[0]);
    else {
      this.#fault = undefined;
      if (are("retry")) this.#breaker.failed();
      else this.#breaker.answered();
    }
  }

  #misconfigured(outcome: PushOutcome | undefined): void {
    const reason = outcome !== undefined && "reason" in outcome ? outcome.reason : "";
    if (this.#fault !== reason) this.#ports.onFault(new Error(`push by ${this.#options.name}: ${reason}`));
    this.#fault = reason;
    this.#breaker.trip();
  }
}

/** A new credential was refused as well. */
function twice(outcome: PushOutcome): PushOutcome {
  return outcome.kind === "refreshCredential" ? { kind: "configError", reason: outcome.reason } : outcome;
}
