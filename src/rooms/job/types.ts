import type { CallTag } from "../../kernel/effects.ts";
import type { JobProgress } from "../../protocol/job-progress.ts";
import type { Job } from "../../protocol/rpc/job-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";

/** What was asked for. */
export interface Order {
  readonly job: Job;
  /** Of the job and its targets, to tell a repeated start from another one under the same id. */
  readonly digest: number;
  /** Different targets; of a job for everybody, those that were found. */
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

/** How far the targets of a job for everybody have been found. */
export interface Found {
  /** The next page of the directory. */
  readonly shard: number;
  readonly after: string;
  readonly total: number;
}

/** What a job is at: its targets are found, or called. */
export interface Stage {
  readonly order: Order;
  /** When it ended, if so. */
  readonly endedAt: number | undefined;
  progress(): JobProgress;
  cancel(): void;
  /** Time has passed. */
  touch(): void;
  /** Tags that are not its own are let pass. */
  replied(tag: CallTag, outcome: Outcome): void;
  settle(): void;
}

/** A target that could not be called. */
export interface Retry {
  readonly position: number;
  readonly target: string;
  readonly attempts: number;
  readonly firstAt: number;
  readonly dueAt: number;
}
