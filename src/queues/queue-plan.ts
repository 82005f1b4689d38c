import type { BackoffPlan } from "../kernel/backoff.ts";
import type { QueueName } from "../protocol/rpc/queue-job.ts";

/** How a queue is worked on. The same figures stand in wrangler.toml, as far as that host takes them. */
export interface QueuePlan {
  readonly maxBatch: number;
  /** Batches under way at once, on a native host. */
  readonly concurrency: number;
  /** Attempts after which a job that makes its consumer throw is dead. */
  readonly maxFaults: number;
  readonly retry: BackoffPlan;
}

export const QUEUE_PLANS: { readonly [Q in QueueName]: QueuePlan } = {
  archive: { maxBatch: 100, concurrency: 2, maxFaults: 10, retry: { baseMs: 1_000, maxMs: 60_000 } },
  push: { maxBatch: 100, concurrency: 8, maxFaults: 20, retry: { baseMs: 1_000, maxMs: 300_000 } },
  webhook: { maxBatch: 100, concurrency: 4, maxFaults: 20, retry: { baseMs: 500, maxMs: 60_000 } },
};

// SAFETY: the keys of the plans are the queues
export const QUEUES = Object.keys(QUEUE_PLANS) as [QueueName, ...QueueName[]];
