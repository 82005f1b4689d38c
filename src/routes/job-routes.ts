import type { Context } from "hono";
import { z } from "zod";
import { jobRoom } from "../kernel/room-name.ts";
import { JobId } from "../protocol/ids.ts";
import { JobProgress } from "../protocol/job-progress.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { requireServer } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { operation } from "./operation.ts";
import { type Authenticated, newRouter } from "./router.ts";

const given = {
  path: "/jobs/{jobId}",
  tag: "Jobs",
  access: "server",
  request: { params: z.object({ jobId: JobId }) },
  answer: JobProgress,
  answerExample: {
    kind: "notice",
    state: "running",
    total: 10_000,
    done: 6_400,
    failed: 0,
    failures: [],
    createdAt: 1_790_000_000_000,
  },
  errors: ["NO_SUCH_JOB"],
} as const;

const readJob = operation({
  ...given,
  method: "get",
  id: "readJob",
  summary: "Read the progress of a job",
  description: "What is written down of it, which never goes back. Kept for 7 days after its end.",
});

const cancelJob = operation({
  ...given,
  method: "delete",
  id: "cancelJob",
  summary: "Cancel a job",
  description: "Nothing further is sent; what was sent stays. A job that is done stays done.",
});

/** What became of long work. */
export function jobRoutes(deps: Deps) {
  return newRouter()
    .openapi(readJob, async (c) => c.json(await askJob(deps, c, c.req.valid("param").jobId, "progress"), 200))
    .openapi(cancelJob, async (c) => c.json(await askJob(deps, c, c.req.valid("param").jobId, "cancel"), 200));
}

async function askJob(deps: Deps, c: Context<Authenticated>, jobId: JobId, type: "progress" | "cancel") {
  const principal = c.get("principal");
  requireServer(principal);
  return unwrap(await deps.call(jobRoom(principal.app, jobId), { type })) as JobProgress; // SAFETY: what job rooms answer with
}
