import type { ErrorName } from "../errors.ts";
import type { UserId } from "../ids.ts";
import type { AppendItem } from "./session-call.ts";

/** The same message into the business notices of many users. The targets are user ids. */
export interface NoticeJob {
  readonly kind: "notice";
  readonly sender: UserId;
  readonly message: Omit<AppendItem, "packId">;
}

/** One call to many rooms. What is called, for each target, follows from the kind. */
export type Job = NoticeJob;

/** Calls to a job room. All of them answer with `JobProgress`. */
export type JobCall =
  /** The room's id says which job it is, so it may be repeated; something else under the same id is a `PACK_CONFLICT`. */
  | { readonly type: "start"; readonly job: Job; readonly targets: readonly string[] }
  | { readonly type: "progress" }
  /** Starts nothing any more. May be repeated; a job that is done stays done. */
  | { readonly type: "cancel" };

/** A target whose room refused for good, or could not be reached for a day. */
export interface JobFailure {
  readonly target: string;
  readonly code: number;
  readonly name: ErrorName;
}

/** What is written down of a job: it never goes back. */
export interface JobProgress {
  readonly kind: Job["kind"];
  readonly state: "queued" | "running" | "done" | "cancelled";
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** The first of them. */
  readonly failures: readonly JobFailure[];
  /** In ms since 1970. */
  readonly createdAt: number;
  readonly finishedAt?: number;
}
