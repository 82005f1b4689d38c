import type { AppId, SessionId } from "../ids.ts";

/** What every job says: whose it is. Jobs are delivered at least once and in no order. */
interface Job {
  readonly app: AppId;
}

/** The session has entries that the archive does not have yet. Which ones, its room says: so a job may come twice, or late. */
export interface ArchiveJob extends Job {
  readonly sessionId: SessionId;
}

/** The jobs of each queue. */
export interface QueueJobs {
  readonly archive: ArchiveJob;
}
export type QueueName = keyof QueueJobs;
export type QueueJob = QueueJobs[QueueName];
