import type { TraceContext } from "../kernel/trace.ts";
import type { Tracer } from "../kernel/tracer.ts";

/** How requests are traced, where they are. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Whatever `work` asks of rooms and queues belongs to `context`. */
  run<T>(context: TraceContext, work: () => Promise<T>): Promise<T>;
}
