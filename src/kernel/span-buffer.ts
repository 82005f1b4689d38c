import type { Measures } from "./measures.ts";
import type { Counter } from "./metrics.ts";
import type { Span } from "./tracer.ts";

const MAX_WAITING = 2_048;

/** Spans that wait to be sent. When too many wait, further ones are dropped: tracing holds up nothing. */
export class SpanBuffer {
  readonly #exported: Counter;
  readonly #dropped: Counter;
  #waiting: Span[] = [];

  constructor({ metrics }: Measures) {
    const spans = metrics.counters(
      { name: "parley_spans", help: "Spans of traces, by what became of them: exported, dropped." },
      ["end"],
    );
    this.#exported = spans.of("exported");
    this.#dropped = spans.of("dropped");
  }

  add(span: Span): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(span);
    else this.#dropped.add();
  }

  /** Sends all that wait. What the receiver does not take is dropped. Never rejects. */
  async flush(send: (spans: readonly Span[]) => Promise<boolean>): Promise<void> {
    const spans = this.#waiting;
    if (spans.length === 0) return;
    this.#waiting = [];
    const isTaken = await send(spans).catch(() => false);
    (isTaken ? this.#exported : this.#dropped).add(spans.length);
  }
}
