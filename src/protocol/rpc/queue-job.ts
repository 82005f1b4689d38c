import type { AppId, SessionId, UserId } from "../ids.ts";

/** What every job says: whose it is. Jobs are delivered at least once and in no order. */
interface Job {
  readonly app: AppId;
  /** The trace that it follows from, if there is one. Hosts write and read it. */
  readonly traceparent?: string;
}

/** The session has entries that the archive does not have yet. Which ones, its room says: so a job may come twice, or late. */
export interface ArchiveJob extends Job {
  readonly sessionId: SessionId;
}

/** The session has entries that the app's webhook endpoints were not told of yet. Which ones, its room says. */
export interface WebhookJob extends Job {
  readonly sessionId: SessionId;
}

/** The user has something to be pushed. What and where to, their mailbox says when it is asked (`push.take`): so a job may come twice, or late. */
export interface PushJob extends Job {
  readonly userId: UserId;
  readonly pushId: string;
}

/** The jobs of each queue. */
export interface QueueJobs {
  readonly archive: ArchiveJob;
  readonly push: PushJob;
  readonly webhook: WebhookJob;
}
export type QueueName = keyof QueueJobs;
export type QueueJob = QueueJobs[QueueName];
