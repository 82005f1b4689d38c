import { z } from "zod";
import { Entry, HotSession } from "../entry.ts";
import { PackId, SessionId } from "../ids.ts";
import { MAX_PAGE_LIMIT, MAX_SYNC_LIMIT } from "../limits.ts";

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
  /** Of the newest priority entry: where a device that keeps no messages yet begins to follow them. */
  priority: z.int(),
});
export type SyncSessionsResult = z.infer<typeof SyncSessionsResult>;

/** Priority entries after a cursor, the oldest first; with `after` 0 the newest ones. They are kept for 30 days. */
export const SyncPriority = z.object({
  type: z.literal("sync.priority"),
  packId: PackId,
  after: z.int().min(0),
  limit: z.int().min(1).max(MAX_PAGE_LIMIT).optional(),
});

export const PriorityItem = z.object({ id: z.int(), sessionId: SessionId, entry: Entry });
export type PriorityItem = z.infer<typeof PriorityItem>;

export const SyncPriorityResult = z.object({
  /** Ascending by id. */
  items: z.array(PriorityItem),
  /** Pass it as `after` of the next page. */
  cursor: z.int(),
  more: z.boolean(),
});
export type SyncPriorityResult = z.infer<typeof SyncPriorityResult>;
