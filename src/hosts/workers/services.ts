import { createClient } from "@libsql/client/web";
import type { ArchiveClient } from "../../archive/client.ts";
import { ArchiveDesk } from "../../archive/desk.ts";
import { assertNever } from "../../kernel/assert.ts";
import type { ServiceQuestion } from "../../kernel/services.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { ArchiveCall } from "../../protocol/rpc/archive-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { QueueJob, QueueName } from "../../protocol/rpc/queue-job.ts";
import { type HookService, hookService } from "../../queues/webhook/hook-service.ts";
import { guardPolicyOf } from "../../routes/guard-policy.ts";
import { fetchHttp } from "../fetch-http.ts";
import { type Bindings, queueOf } from "./bindings.ts";
import { configOf } from "./configuration.ts";
import { measures, report } from "./isolate.ts";

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

/** A client for each statement, because what one has under way belongs to the request that it was made in. */
export function archiveOf(bindings: Bindings): ArchiveClient | undefined {
  const { archive } = configOf(bindings);
  if (archive === undefined) return undefined;
  const { url, token } = archive;
  const open = () => createClient(token === undefined ? { url } : { url, authToken: token });
  return {
    execute: (statement) => open().execute(statement),
    batch: (statements, mode) => open().batch(statements, mode),
  };
}

/** Never rejects. */
export async function askArchive(bindings: Bindings, call: ArchiveCall): Promise<Outcome> {
  const client = archiveOf(bindings);
  return client === undefined ? UNAVAILABLE : new ArchiveDesk(client, { nowMs: () => Date.now() }).answer(call);
}

/** Never rejects. */
export async function askService(bindings: Bindings, question: ServiceQuestion): Promise<Outcome> {
  switch (question.service) {
    case "@archive":
      return askArchive(bindings, question.call);
    case "@hook":
      return hookServiceOf(bindings)(question.call);
    default:
      return assertNever(question);
  }
}

/** A Worker reaches the public internet only, so names need not be looked up before. */
function hookServiceOf(bindings: Bindings): HookService {
  const policy = guardPolicyOf(configOf(bindings));
  return hookService({ http: fetchHttp, clock: { nowMs: () => Date.now() }, measures, policy, resolve: undefined });
}
