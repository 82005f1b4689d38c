import type { Job } from "../../protocol/rpc/job-call.ts";

/** What was asked for. */
export interface Order {
  readonly job: Job;
  /** Of the job and its targets, to tell a repeated start from another one under the same id. */
  readonly digest: number;
  /** Different targets. */
  readonly total: number;
  readonly createdAt: number;
}

export type Phase =
  | { readonly kind: "open" }
  /** Nothing is started any more; calls are under way. */
  | { readonly kind: "cancelling" }
  | { readonly kind: "done" | "cancelled"; readonly endedAt: number };

/** How far it is. */
export interface State {
  /** Of every target before this position it is known how it ended, or it waits to be called again. */
  readonly cursor: number;
  readonly done: number;
  readonly failed: number;
  readonly phase: Phase;
}

/** A target that could not be called. */
export interface Retry {
  readonly position: number;
  readonly target: string;
  readonly attempts: number;
  readonly firstAt: number;
  readonly dueAt: number;
}
