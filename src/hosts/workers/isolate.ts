import { JsonLogger, LOG_LEVELS, type LogLevel } from "../../kernel/logger.ts";
import { Measures } from "../../kernel/measures.ts";
import { SpanExport } from "../span-export.ts";
import type { Bindings } from "./bindings.ts";
import { configOf } from "./configuration.ts";

/** Ids need randomness, which an isolate has in requests only. */
let id: string | undefined;

/**
 * The measures of this isolate: of the Worker and of the objects that run in it. There are many isolates, and a request for them
 * reaches whichever it reaches; the label tells one from another. The clock stands still between two I/Os, so times are those of waiting.
 */
export const measures = new Measures({
  labels: {
    get isolate() {
      id ??= crypto.randomUUID();
      return id;
    },
  },
  steadyMs: () => performance.now(),
});

/** Writes to the log of the deployment. */
export function loggerOf(level: LogLevel): JsonLogger {
  return new JsonLogger({ level, clock: { nowMs: () => Date.now() }, write: (line) => console.log(line) });
}

const faultLogger = loggerOf(LOG_LEVELS[0]);

/** Faults are written down at every level. */
export function report(what: string, fault: unknown): void {
  faultLogger.fault(what, fault);
}

let traces: { readonly tracing: SpanExport | undefined } | undefined;

/** How this isolate traces, which stays the same for its life; `undefined`: it does not. */
export function tracingOf(bindings: Bindings): SpanExport | undefined {
  if (traces === undefined) {
    const { tracing } = configOf(bindings);
    traces = { tracing: tracing === undefined ? undefined : new SpanExport(tracing, measures) };
  }
  return traces.tracing;
}
