import { setTimeout as sleep } from "node:timers/promises";
import type { JobProgress } from "../../src/protocol/job-progress.ts";
import { api } from "./api.ts";

const POLL_MS = 20;

interface JobAt {
  readonly url: string;
  readonly jobId: string;
  /** Of its app, if that is not `main`. */
  readonly key?: string;
}

export async function jobProgress({ url, jobId, key }: JobAt): Promise<JobProgress> {
  const { status, body } = await api(url, `/v1/jobs/${jobId}`, key === undefined ? {} : { key });
  if (status !== 200) throw new Error(`no progress: ${status} ${body.name}`);
  return body as unknown as JobProgress; // SAFETY: what the route answers with
}

/** Polls, as there is nothing that tells, until `condition` holds of the progress. */
export async function jobUntil(job: JobAt, condition: (progress: JobProgress) => boolean): Promise<JobProgress> {
  for (;;) {
    const progress = await jobProgress(job);
    if (condition(progress)) return progress;
    await sleep(POLL_MS);
  }
}

/** Until nothing of it is left to do. */
export function jobEnded(job: JobAt): Promise<JobProgress> {
  return jobUntil(job, ({ finishedAt }) => finishedAt !== undefined);
}
