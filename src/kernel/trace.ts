import type { QueueJob } from "../protocol/rpc/queue-job.ts";

/** The place in a trace that what follows belongs to (W3C trace context). Only what is traced carries one. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

export interface Traceparent extends TraceContext {
  /** Whether the caller traces it. */
  readonly isSampled: boolean;
}

/** https://www.w3.org/TR/trace-context/: later versions may say more after the flags. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** `undefined` when there is none, or none that is right: then it is as if there were none. */
export function parseTraceparent(header: string | undefined): Traceparent | undefined {
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(header ?? "") ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  if (version === "00" && rest !== undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(String(flags), 16) & 1) === 1 };
}

export function traceparentOf({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

/** Jobs that follow from something traced say so. */
export function tracedJobs(jobs: readonly QueueJob[], trace: TraceContext | undefined): readonly QueueJob[] {
  if (trace === undefined) return jobs;
  const traceparent = traceparentOf(trace);
  return jobs.map((job) => ({ ...job, traceparent }));
}
