import type { ServiceQuestion } from "../../kernel/services.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { QueueJob, QueueName } from "../../protocol/rpc/queue-job.ts";
import { type Bindings, queueOf, report } from "./bindings.ts";

/** A Queue takes at most so many messages at once. */
const MAX_SEND_BATCH = 100;
const DONE: Outcome = { ok: true, value: null };
const UNAVAILABLE: Outcome = { ok: false, error: "UNAVAILABLE", message: ERRORS.UNAVAILABLE.message };

/** Resolves when the jobs are on disk in the queue. Never rejects; what was refused may be there in part. */
export async function enqueue(bindings: Bindings, queue: QueueName, jobs: readonly QueueJob[]): Promise<Outcome> {
  try {
    for (let from = 0; from < jobs.length; from += MAX_SEND_BATCH) {
      await queueOf(bindings, queue).sendBatch(jobs.slice(from, from + MAX_SEND_BATCH).map((body) => ({ body })));
    }
    return DONE;
  } catch (fault) {
    report(`queue ${queue}`, fault);
    return UNAVAILABLE;
  }
}

/** Never rejects. */
export async function askService(_bindings: Bindings, _question: ServiceQuestion): Promise<Outcome> {
  return UNAVAILABLE;
}
