import { z } from "zod";
import type { Entry } from "../entry.ts";
import type { SessionId } from "../ids.ts";

/**
 * Entries of a session that was written elsewhere, as an export has them, in order. Those that are there already are skipped, so
 * it may be repeated. For server keys. Answers with {@link ImportResult}.
 */
export interface ImportCall {
  readonly type: "import";
  readonly entries: readonly Entry[];
}

export const ImportResult = z.object({
  /** Of the newest entry: the next one that is imported follows it. */
  headSeqId: z.int(),
  imported: z.int(),
  /** Those that were there already. */
  skipped: z.int(),
});
export type ImportResult = z.infer<typeof ImportResult>;

/**
 * What was imported into a session of the user, as a whole: nothing of it is new to them. Durable before it answers, and what is at or
 * below the stored lastSeqId is ignored, so it may be repeated.
 */
export interface ImportedCall {
  readonly type: "imported";
  readonly sessionId: SessionId;
  /** The first that is theirs of what they were not told of. */
  readonly firstSeqId: number;
  readonly lastSeqId: number;
  /** The newest message or notice of that. */
  readonly last: Entry;
}
