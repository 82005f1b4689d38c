import { z } from "zod";
import { HotSession } from "../entry.ts";
import { PackId } from "../ids.ts";
import { MAX_SYNC_LIMIT } from "../limits.ts";

/**
 * Hot sessions that changed after version `since` (0: all). The connection becomes live, in the same step,
 * with the page whose `more` is false: entries committed later arrive as `entry` frames, earlier ones are covered.
 */
export const SyncSessions = z.object({
  type: z.literal("sync.sessions"),
  packId: PackId,
  since: z.int().min(0),
  limit: z.int().min(1).max(MAX_SYNC_LIMIT).optional(),
});
export type SyncSessions = z.infer<typeof SyncSessions>;

export const SyncSessionsResult = z.object({
  sessions: z.array(HotSession),
  /** Pass it as `since` of the next page, or of the first page after a reconnect. */
  version: z.int(),
  more: z.boolean(),
});
export type SyncSessionsResult = z.infer<typeof SyncSessionsResult>;
