import { setTimeout as sleep } from "node:timers/promises";
import type { JobProgress } from "../../src/protocol/job-progress.ts";
import { api } from "./api.ts";

const POLL_MS = 20;

export async function jobProgress(url: string, jobId: string): Promise<JobProgress> {
  const { status, body } = await api(url, `/v1/jobs/${jobId}`);
  if (status !== 200) throw new Error(`no progress: ${status} ${body.name}`);
  return body as unknown as JobProgress; // SAFETY: what the route answers with
}

/** Polls, as there is nothing that tells, until `condition` holds of the progress. */
export async function jobUntil(
  url: string,
  jobId: string,
  condition: (progress: JobProgress) => boolean,
): Promise<JobProgress> {
  for (;;) {
    const progress = await jobProgress(url, jobId);
    if (condition(progress)) return progress;
    await sleep(POLL_MS);
  }
}
