import { beginEvent } from "../../kernel/event-span.ts";
import { type TraceContext, tracedJobs } from "../../kernel/trace.ts";
import type { OpenSpan, Tracer } from "../../kernel/tracer.ts";
import type { QueueJob } from "../../protocol/rpc/queue-job.ts";
import type { Actor } from "./actor.ts";
import type { TurnJob } from "./turn-job.ts";

/** Carries traces through the turns. An event that none came with costs a comparison. */
export class TurnTraces {
  readonly #tracer: Tracer | undefined;
  /** Of the event that runs, and so of what follows from it. */
  #current: TraceContext | undefined;
  /** A batch that a room starts in this turn belongs to its last traced event. */
  readonly #unsettled = new Map<Actor, TraceContext>();

  constructor(tracer: Tracer | undefined) {
    this.#tracer = tracer;
  }

  /** An event begins; the span, if it is traced, is to be ended. */
  begin(actor: Actor, { event, trace }: TurnJob): OpenSpan | undefined {
    this.#current = undefined;
    if (trace === undefined || this.#tracer === undefined) return undefined;
    const span = beginEvent(this.#tracer, actor.name, { event, parent: trace });
    this.#current = span.context;
    this.#unsettled.set(actor, span.context);
    return span;
  }

  settling(actor: Actor): void {
    this.#current = undefined;
    if (this.#unsettled.size === 0) return;
    this.#current = this.#unsettled.get(actor);
    this.#unsettled.delete(actor);
  }

  /** Everything that follows from what came in has begun. */
  over(): void {
    this.#current = undefined;
  }

  carried(job: TurnJob): TurnJob {
    return this.#current === undefined || job.trace !== undefined ? job : { ...job, trace: this.#current };
  }

  carriedJobs(jobs: readonly QueueJob[]): readonly QueueJob[] {
    return tracedJobs(jobs, this.#current);
  }
}
