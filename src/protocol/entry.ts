import { z } from "zod";
import { Content, ContentType } from "./content-type.ts";
import { PackId, UserId } from "./ids.ts";
import { MAX_ATTRIBUTE_CHARS } from "./limits.ts";
import { Control, Gone, MessageOptions } from "./message-parts.ts";

export const Role = z.enum(["owner", "admin", "member"]);
export type Role = z.infer<typeof Role>;

/** `open`: whoever knows the id may join · `approval`: owner or admins answer requests · `invite`: members bring others in. */
export const JoinPolicy = z.enum(["open", "approval", "invite"]);

export const GroupInfo = z.object({
  name: z.string().min(1).max(128),
  avatar: z.string().max(1024).optional(),
  description: z.string().max(2048).optional(),
  announcement: z.string().max(2048).optional(),
  memberLimit: z.int().min(2),
  joinPolicy: JoinPolicy,
});
export type GroupInfo = z.infer<typeof GroupInfo>;

/** What happened to a group. `users` are the members it is about; who did it is the entry's `from`. */
export const Notice = z.discriminatedUnion("event", [
  z.object({ event: z.literal("created"), users: z.array(UserId), info: GroupInfo }),
  z.object({ event: z.literal("joined"), users: z.array(UserId) }),
  z.object({ event: z.literal("quit"), users: z.array(UserId) }),
  z.object({ event: z.literal("removed"), users: z.array(UserId) }),
  z.object({ event: z.literal("updated"), info: GroupInfo }),
  z.object({ event: z.literal("transferred"), users: z.array(UserId) }),
  z.object({ event: z.literal("role"), users: z.array(UserId), role: Role }),
  z.object({ event: z.literal("dismissed") }),
  /** 0: they may speak again. */
  z.object({ event: z.literal("muted"), users: z.array(UserId), untilMs: z.int() }),
  /** Only owner and admins speak until then; 0: everybody does. */
  z.object({ event: z.literal("mutedAll"), untilMs: z.int() }),
  /** Members among them were removed in the same step. */
  z.object({ event: z.literal("banned"), users: z.array(UserId) }),
  z.object({ event: z.literal("unbanned"), users: z.array(UserId) }),
  z.object({ event: z.literal("nickname"), users: z.array(UserId), nickname: z.string() }),
]);
export type Notice = z.infer<typeof Notice>;

const entryBase = {
  /** Position in the session's log: 1, 2, 3 … without holes. */
  seqId: z.int().min(1),
  /** Server time in ms since 1970, never decreasing within a session. */
  timestamp: z.int(),
  from: UserId,
  packId: PackId,
  /** In a hot session's `last` and in long lists of pins: the entry was too long, so content or users are left out. */
  cut: z.literal(true).optional(),
};

export const MessageEntry = z.object({
  ...entryBase,
  kind: z.literal("message"),
  contentType: ContentType,
  content: Content,
  ...MessageOptions.shape,
  /** ms since 1970, after which it is gone. */
  expiresAt: z.int().optional(),
  /** How often and when last the content was replaced. */
  edited: z.object({ count: z.int(), at: z.int() }).optional(),
  /** It keeps its place in the log; its content is empty. */
  gone: Gone.optional(),
  /** How many users gave each reaction. */
  reactions: z.record(z.string(), z.int()).optional(),
  /** seqId of the newest control entry that is in this copy; what copies get of it or older ones changes them no more. */
  amendedBy: z.int().optional(),
  /** Chunks are still to come. */
  streaming: z.literal(true).optional(),
});
export type MessageEntry = z.infer<typeof MessageEntry>;

export const NoticeEntry = z.object({ ...entryBase, kind: z.literal("notice"), notice: Notice });
export type NoticeEntry = z.infer<typeof NoticeEntry>;

/** Something was done to an earlier message, which is changed in place as well. */
export const ControlEntry = z.object({ ...entryBase, kind: z.literal("control"), control: Control });
export type ControlEntry = z.infer<typeof ControlEntry>;

/** One row of a session's log. */
export const Entry = z.discriminatedUnion("kind", [MessageEntry, NoticeEntry, ControlEntry]);
export type Entry = z.infer<typeof Entry>;

const attribute = z.string().max(MAX_ATTRIBUTE_CHARS);

/** What the user keeps about a session, the same on all devices. */
export const SessionAttributes = z.object({
  pinned: z.literal(true).optional(),
  /** No push until then, ms since 1970. */
  mutedUntil: z.int().optional(),
  draft: attribute.optional(),
  custom: attribute.optional(),
});
export type SessionAttributes = z.infer<typeof SessionAttributes>;

/** A row of the user's recent-conversations list. */
export const HotSession = z.object({
  sessionId: z.string(),
  /** First entry that was delivered to this user: where the session begins for them. */
  firstSeqId: z.int(),
  lastSeqId: z.int(),
  readSeqId: z.int(),
  /** Countable entries of others after `readSeqId`, exact. */
  unread: z.int(),
  /** Those of the unread that mention the user. */
  mentions: z.int(),
  /** The newest message or notice, as it is now. */
  last: Entry,
  /** False after the user left, was removed, or the group was dismissed. */
  member: z.boolean(),
  attributes: SessionAttributes.optional(),
  /** The user marked it as unread; reading ends that. */
  marked: z.literal(true).optional(),
  /** The user took it off the list; the next message or notice brings it back. */
  hidden: z.literal(true).optional(),
});
export type HotSession = z.infer<typeof HotSession>;
