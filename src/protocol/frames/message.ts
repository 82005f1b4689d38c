import { z } from "zod";
import { Content, ContentType } from "../content-type.ts";
import { Entry } from "../entry.ts";
import { PackId, SessionId, UserId } from "../ids.ts";
import { MAX_HIDDEN_AT_ONCE, MAX_HISTORY_LIMIT, MAX_TTL_MS } from "../limits.ts";
import { MessageOptions, Reaction } from "../message-parts.ts";

const inSession = { packId: PackId, sessionId: SessionId };
const ofMessage = { ...inSession, seqId: z.int().min(1) };

export const MsgSend = z.object({
  type: z.literal("msg.send"),
  ...inSession,
  contentType: ContentType,
  content: Content,
  ...MessageOptions.shape,
  /** It is gone so many ms after it was stored. */
  ttlMs: z.int().min(1_000).max(MAX_TTL_MS).optional(),
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
export const MsgRead = z.object({ type: z.literal("msg.read"), ...inSession, seqId: z.int().min(0) });
export type MsgRead = z.infer<typeof MsgRead>;

export const MsgReadResult = z.object({ readSeqId: z.int(), unread: z.int(), mentions: z.int() });
export type MsgReadResult = z.infer<typeof MsgReadResult>;

/** Everything in every session is read. */
export const MsgReadAll = z.object({ type: z.literal("msg.readAll"), packId: PackId });
export const MsgReadAllResult = z.object({ sessions: z.int() });

/** A mark in the session list that the next reading ends. The cursor stays where it is. */
export const MsgMarkUnread = z.object({ type: z.literal("msg.markUnread"), ...inSession });

/** Everything up to `seqId` is on a device of the user: the second tick of its sender. */
export const MsgReceived = z.object({ type: z.literal("msg.received"), ...inSession, seqId: z.int().min(1) });

/** How far the members of a session have received and read it. */
export const MsgCursors = z.object({ type: z.literal("msg.cursors"), ...inSession });
export const Cursor = z.object({ userId: UserId, receivedSeqId: z.int(), readSeqId: z.int() });
export type Cursor = z.infer<typeof Cursor>;
export const MsgCursorsResult = z.object({ cursors: z.array(Cursor) });

/** Who has read one message; its sender does not count. */
export const MsgReaders = z.object({ type: z.literal("msg.readers"), ...ofMessage });
export const MsgReadersResult = z.object({ count: z.int(), of: z.int(), users: z.array(UserId) });

/** Changes a message for everybody. `content` is that of an override, whose type may change as well. */
export const MsgControl = z
  .object({
    type: z.literal("msg.control"),
    ...ofMessage,
    op: z.enum(["recall", "override", "delete"]),
    contentType: ContentType.optional(),
    content: Content.optional(),
  })
  .refine(
    ({ op, content }) => (op === "override") === (content !== undefined),
    "content: for an override, and only then",
  );
/** Of every frame that changes a message: the control entry that it appended; 0 when there was nothing to change. */
export const MsgControlResult = MsgSendResult;

/** Deletes messages for the user alone, on all devices. What is deleted is read: the cursor moves there. */
export const MsgHide = z.object({
  type: z.literal("msg.hide"),
  ...inSession,
  seqIds: z.array(z.int().min(1)).min(1).max(MAX_HIDDEN_AT_ONCE),
});

export const MsgReact = z.object({
  type: z.literal("msg.react"),
  ...ofMessage,
  reaction: Reaction,
  remove: z.literal(true).optional(),
});
export const MsgReactions = z.object({ type: z.literal("msg.reactions"), ...ofMessage });
export const MsgReactionsResult = z.object({
  reactions: z.array(z.object({ reaction: Reaction, users: z.array(UserId) })),
});

export const MsgPin = z.object({ type: z.literal("msg.pin"), ...ofMessage, remove: z.literal(true).optional() });
export const MsgPins = z.object({ type: z.literal("msg.pins"), ...inSession });
export const MsgPinsResult = z.object({
  pins: z.array(z.object({ seqId: z.int(), by: UserId, at: z.int(), entry: Entry })),
});

/** A message for devices that are online now. It is not stored and has no seqId. */
export const MsgSignal = z.object({
  type: z.literal("msg.signal"),
  ...inSession,
  contentType: ContentType,
  content: Content,
});
export const Typing = z.object({ type: z.literal("typing"), ...inSession, isTyping: z.boolean() });

/**
 * Entries in ascending order: those before `before` (the newest of them), those after `after` (the oldest of
 * them), or the latest when neither is given. A page may be shorter than `limit` to bound its bytes.
 */
export const HistoryPull = z
  .object({
    type: z.literal("history.pull"),
    ...inSession,
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
