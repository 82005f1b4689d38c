import type { Effects } from "../../kernel/effects.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { EventStore } from "./event-store.ts";
import { KEPT_MS, MAX_KEPT } from "./retry-plan.ts";

/** Events that are forgotten at once. */
const MAX_FORGOTTEN = 500;
/** Beyond what is kept so many may pile up: forgetting them one by one would cost a statement for each event. */
const SLACK = 200;

interface KeepingPorts {
  readonly events: EventStore;
  readonly effects: Effects;
  readonly clock: Clock;
}

/** Forgets events that are too old, or too many. */
export class Keeping {
  readonly #ports: KeepingPorts;
  #dirty = true;

  constructor(ports: KeepingPorts) {
    this.#ports = ports;
  }

  touch(): void {
    this.#dirty = true;
  }

  settle(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const { events, effects, clock } = this.#ports;
    const oldest = events.oldest();
    if (oldest === undefined) return;
    const atMs = clock.nowMs() - KEPT_MS;
    const upTo = events.newest().number - MAX_KEPT;
    if (oldest.at < atMs || oldest.number + SLACK <= upTo) {
      events.forget({ upTo, atMs, limit: MAX_FORGOTTEN });
      this.#dirty = true;
    }
    const left = events.oldest();
    if (left !== undefined) effects.wakeAt(Math.max(left.at + KEPT_MS + 1, clock.nowMs() + 1));
  }
}
