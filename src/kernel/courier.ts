import { isRefusal, type Outcome } from "../protocol/rpc/outcome.ts";
import { type BackoffPlan, backoffMs } from "./backoff.ts";
import type { CourierStore, Errand } from "./courier-store.ts";
import type { CallTag, Effects } from "./effects.ts";
import type { ErrandHandler, Errands } from "./errands.ts";
import type { Clock, Random } from "./ports.ts";
import type { Target } from "./services.ts";

/** While a call is outstanding the alarm is at most this far away. Below the 10 s after which an idle object is evicted. */
const RESUME_AFTER_MS = 5_000;
const RETRY: BackoffPlan = { baseMs: 500, maxMs: 60_000 };

interface Lane {
  inFlight: boolean;
  failures: number;
  retryAtMs: number;
}

interface ErrandTag {
  readonly feature: "courier";
  readonly errand: Errand;
}

interface CourierPorts {
  readonly store: CourierStore;
  readonly effects: Effects;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Calls to other rooms that must not be lost: a row each, written with what they follow from, until the room has
 * answered. A call may be made more than once, and an old one may arrive late.
 */
export class Courier implements Errands {
  readonly name = "courier";
  readonly #ports: CourierPorts;
  readonly #handlers = new Map<string, ErrandHandler>();
  readonly #lanes = new Map<Target, Lane>();
  /** Where the next errand may be due. */
  readonly #touched = new Set<Target>();

  constructor(ports: CourierPorts) {
    this.#ports = ports;
  }

  on(kind: string, handler: ErrandHandler): void {
    this.#handlers.set(kind, handler);
  }

  post(errand: Errand): void {
    this.#ports.store.put(errand);
    this.#touched.add(errand.to);
  }

  isWaiting(errand: Omit<Errand, "call">): boolean {
    const isWaiting = this.#ports.store.has(errand);
    if (isWaiting) this.#touched.add(errand.to);
    return isWaiting;
  }

  alarm(): void {
    for (const to of this.#ports.store.targets()) this.#touched.add(to);
  }

  /** Starts the next call to every room that has none in flight. */
  settle(): void {
    if (this.#touched.size === 0) return;
    const { store, clock, effects } = this.#ports;
    let wakeInMs = Number.POSITIVE_INFINITY;
    for (const to of this.#touched) {
      const errand = store.head(to);
      if (errand !== undefined) wakeInMs = Math.min(wakeInMs, this.#start(errand));
    }
    this.#touched.clear();
    if (wakeInMs < Number.POSITIVE_INFINITY) effects.wakeAt(clock.nowMs() + wakeInMs);
  }

  /** Returns when the room has to look at it again, at the latest. */
  #start(errand: Errand): number {
    const { clock, effects } = this.#ports;
    const lane = this.#laneTo(errand.to);
    const waitMs = lane.retryAtMs - clock.nowMs();
    // A clock that was put back must not make the pause longer.
    if (waitMs > 0 && waitMs <= RETRY.maxMs) return waitMs;
    if (!lane.inFlight) {
      lane.inFlight = true;
      const tag: ErrandTag = { feature: this.name, errand };
      effects.call(errand.to, errand.call, tag);
    }
    return RESUME_AFTER_MS;
  }

  /** Tags that are not its own are let pass. */
  replied(tag: CallTag, outcome: Outcome): void {
    const { feature, errand } = tag as ErrandTag; // SAFETY: looked at only when it is one
    if (feature !== this.name) return;
    const handler = this.#handlers.get(errand.kind);
    this.#touched.add(errand.to);
    if (!outcome.ok && !isRefusal(outcome)) {
      this.#fail(this.#laneTo(errand.to));
      handler?.delayed?.(errand, outcome);
      return;
    }
    this.#ports.store.delete(errand);
    this.#lanes.delete(errand.to);
    handler?.answered(errand, outcome);
  }

  #fail(lane: Lane): void {
    const { clock, random } = this.#ports;
    lane.inFlight = false;
    lane.failures += 1;
    lane.retryAtMs = clock.nowMs() + backoffMs(RETRY, lane.failures, random());
  }

  #laneTo(to: Target): Lane {
    let lane = this.#lanes.get(to);
    if (lane === undefined) {
      lane = { inFlight: false, failures: 0, retryAtMs: 0 };
      this.#lanes.set(to, lane);
    }
    return lane;
  }
}
