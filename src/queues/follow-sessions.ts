import type { RoomCall } from "../kernel/effects.ts";
import { sessionRoom } from "../kernel/room-name.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { FeedCall } from "../protocol/rpc/feed-call.ts";
import { failed, isRefusal, unwrap } from "../protocol/rpc/outcome.ts";
import type { ArchiveJob, WebhookJob } from "../protocol/rpc/queue-job.ts";
import type { Delivery, QueuePorts, Verdict } from "./consumer.ts";
import { inParallel } from "./in-parallel.ts";

/** A session whose log has something new for a reader. */
export type FeedJob = ArchiveJob | WebhookJob;

/** Pages of one session in a row; then others have their turn. */
export const MAX_PAGES = 16;
export const TURN_IS_OVER = { kind: "retry", afterMs: 0 } as const satisfies Verdict;

/**
 * Follows each session of a batch, at most so many at once. An outage is nobody's fault, however long it lasts: the job comes again
 * until it is over.
 */
export async function followSessions<Job extends FeedJob>(
  batch: readonly Delivery<Job>[],
  maxAtOnce: number,
  follow: (job: Job) => Promise<Verdict>,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  await inParallel([...batch.entries()], maxAtOnce, async ([index, { job }]) => {
    verdicts[index] = await untilReached(() => follow(job));
  });
  return verdicts;
}

async function untilReached(follow: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await follow();
  } catch (error) {
    if (error instanceof ParleyError && !isRefusal(failed(error))) return { kind: "retry" };
    throw error;
  }
}

/** Asks the session's room; throws its coded error. */
export async function askFeed<Result>(
  { call }: Pick<QueuePorts, "call">,
  { app, sessionId }: FeedJob,
  asked: FeedCall & RoomCall,
): Promise<Result> {
  return unwrap(await call(sessionRoom(app, sessionId), asked)) as Result; // SAFETY: what the room answers such a call with
}
