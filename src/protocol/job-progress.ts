import { z } from "zod";
import { ERRORS, type ErrorName } from "./errors.ts";

// SAFETY: the keys of the table are the names
const NAMES = Object.keys(ERRORS) as [ErrorName, ...ErrorName[]];

/** A target whose room refused for good, or could not be reached for a day. */
export const JobFailure = z.object({ target: z.string(), code: z.int(), name: z.enum(NAMES) });
export type JobFailure = z.infer<typeof JobFailure>;

/** What is written down of a job: it never goes back. */
export const JobProgress = z.object({
  kind: z.enum(["notice", "push", "broadcast", "erase"]),
  state: z.enum(["gathering", "queued", "running", "done", "cancelled"]),
  /** While it is `gathering`, those that were found. */
  total: z.int(),
  done: z.int(),
  failed: z.int(),
  /** The first 100 of them. */
  failures: z.array(JobFailure),
  /** ms since 1970 */
  createdAt: z.int(),
  finishedAt: z.int().optional(),
});
export type JobProgress = z.infer<typeof JobProgress>;
