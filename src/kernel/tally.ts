import { CODE_OK, errorNameOf } from "../protocol/errors.ts";
import type { Outcome } from "../protocol/rpc/outcome.ts";
import type { AppendResult } from "../protocol/rpc/session-call.ts";
import type { Effect } from "./effects.ts";
import type { Measures } from "./measures.ts";
import type { RoomEvent } from "./room.ts";

/** What rooms did in a turn. It counts once the turn is durable, and one that is lost does not count. */
export class Tally {
  readonly #measures: Measures;
  #messages = 0;
  #repeats = 0;
  #deliveries = 0;
  /** Rare, so they may cost. */
  #refusals: { readonly via: "socket" | "http"; readonly code: number }[] = [];

  constructor(measures: Measures) {
    this.#measures = measures;
  }

  ran(event: RoomEvent, outcome: Outcome): void {
    if (event.type !== "call" || event.call.type !== "append" || !outcome.ok) return;
    const results = outcome.value as AppendResult; // SAFETY: what `append` answers with
    for (const result of results) {
      if (!result.ok) continue;
      if (result.value.repeated === true) this.#repeats += 1;
      else this.#messages += 1;
    }
  }

  sent({ connections, frame }: Effect & { readonly kind: "send" }): void {
    if (frame.type === "entry") this.#deliveries += frame.entries.length * connections.length;
    else if ((frame.type === "ack" || frame.type === "error") && frame.code !== CODE_OK) {
      const isVisit = connections[0]?.state.phase === "visiting";
      this.#refusals.push({ via: isVisit ? "http" : "socket", code: frame.code });
    }
  }

  /** The turn is durable. */
  count(): void {
    const { messages, repeats, deliveries, refusals } = this.#measures;
    messages.add(this.#messages);
    repeats.add(this.#repeats);
    deliveries.add(this.#deliveries);
    for (const { via, code } of this.#refusals) refusals.of(via, errorNameOf(code) ?? String(code)).add();
    this.forget();
  }

  /** The turn is lost. */
  forget(): void {
    this.#messages = 0;
    this.#repeats = 0;
    this.#deliveries = 0;
    if (this.#refusals.length > 0) this.#refusals = [];
  }
}
