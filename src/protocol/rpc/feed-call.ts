import type { Entry } from "../entry.ts";
import type { QueueName } from "./queue-job.ts";

/** Who follows the logs of sessions through a queue: each has a cursor of its own in every session. */
export type FeedReader = Extract<QueueName, "archive" | "webhook">;

/** Asked by the consumer of the reader's queue. */
export type FeedCall =
  /** Entries after the cursor, or after `after`, as they are now. Answers with {@link FeedPage}. */
  | { readonly type: "feed.read"; readonly reader: FeedReader; readonly after?: number | undefined }
  /** All up to `upTo` is done: the cursor moves there, never back. Answers with {@link FeedMoved}. */
  | { readonly type: "feed.moved"; readonly reader: FeedReader; readonly upTo: number };

export interface FeedPage {
  readonly entries: readonly Entry[];
  /** Entries up to here have lost what only the archive still has. */
  readonly trimmedSeqId: number;
}

export interface FeedMoved {
  /** There are entries after the cursor: the job goes on. Without any it ends, and a new one comes with new entries. */
  readonly more: boolean;
}
