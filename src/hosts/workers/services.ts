import { assertNever } from "../../kernel/assert.ts";
import type { ServiceQuestion } from "../../kernel/services.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { QueueJob, QueueName } from "../../protocol/rpc/queue-job.ts";
import { type HookService, hookService } from "../../queues/webhook/hook-service.ts";
import { readConfig } from "../../routes/config.ts";
import { fetchHttp } from "../fetch-http.ts";
import { guardPolicyOf } from "../guard-policy.ts";
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
export async function askService(bindings: Bindings, question: ServiceQuestion): Promise<Outcome> {
  switch (question.service) {
    case "@archive":
      return UNAVAILABLE;
    case "@hook":
      return hookServiceOf(bindings)(question.call);
    default:
      return assertNever(question);
  }
}

/** A Worker reaches the public internet only, so names need not be looked up before. */
function hookServiceOf(bindings: Bindings): HookService {
  const policy = guardPolicyOf(readConfig({ PARLEY_ENV: "production", ...bindings }));
  return hookService({ http: fetchHttp, clock: { nowMs: () => Date.now() }, policy, resolve: undefined });
}
