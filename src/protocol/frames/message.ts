import { z } from "zod";
import { Content, ContentType, Entry } from "../entry.ts";
import { PackId, SessionId } from "../ids.ts";
import { MAX_HISTORY_LIMIT } from "../limits.ts";

export const MsgSend = z.object({
  type: z.literal("msg.send"),
  packId: PackId,
  sessionId: SessionId,
  contentType: ContentType,
  content: Content,
});
export type MsgSend = z.infer<typeof MsgSend>;

export const MsgSendResult = z.object({
  sessionId: SessionId,
  seqId: z.int(),
  timestamp: z.int(),
  /** The packId was already stored; this is the seqId it got the first time. */
  repeated: z.literal(true).optional(),
});
export type MsgSendResult = z.infer<typeof MsgSendResult>;

/** Everything up to `seqId` is read. A cursor behind the current one changes nothing. */
export const MsgRead = z.object({
  type: z.literal("msg.read"),
  packId: PackId,
  sessionId: SessionId,
  seqId: z.int().min(0),
});
export type MsgRead = z.infer<typeof MsgRead>;

export const MsgReadResult = z.object({ readSeqId: z.int(), unread: z.int() });
export type MsgReadResult = z.infer<typeof MsgReadResult>;

/**
 * Entries in ascending order: those before `before` (the newest of them), those after `after` (the oldest of
 * them), or the latest when neither is given. A page may be shorter than `limit` to bound its bytes.
 */
export const HistoryPull = z
  .object({
    type: z.literal("history.pull"),
    packId: PackId,
    sessionId: SessionId,
    before: z.int().min(1).optional(),
    after: z.int().min(0).optional(),
    limit: z.int().min(1).max(MAX_HISTORY_LIMIT).optional(),
  })
  .refine((f) => f.before === undefined || f.after === undefined, "before and after exclude each other");
export type HistoryPull = z.infer<typeof HistoryPull>;

export const HistoryResult = z.object({
  entries: z.array(Entry),
  /** There are further entries in the direction of the request. */
  more: z.boolean(),
});
export type HistoryResult = z.infer<typeof HistoryResult>;
