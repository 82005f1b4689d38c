import { z } from "zod";
import { PackId, UserId } from "./ids.ts";
import { MAX_CONTENT_DEPTH } from "./limits.ts";

/** OTIM's numbers 1 text, 2 image, 3 voice, 4 video, 5 file, 6 location; a client may use its own above these. */
export const ContentType = z.int().min(1).max(65_535);

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1));
}

const ObjectContent = z
  .record(z.string(), z.unknown())
  .refine((content) => isWithin(content, MAX_CONTENT_DEPTH), `at most ${MAX_CONTENT_DEPTH} levels`);

/** Text is a string, everything else may be a JSON object. The server passes it through. */
export const Content = z.union([z.string(), ObjectContent]);
export type Content = z.infer<typeof Content>;

export const Role = z.enum(["owner", "admin", "member"]);
export type Role = z.infer<typeof Role>;

/** `open`: whoever knows the id may join · `invite`: members bring others in. */
export const JoinPolicy = z.enum(["open", "invite"]);

export const GroupInfo = z.object({
  name: z.string().min(1).max(128),
  avatar: z.string().max(1024).optional(),
  description: z.string().max(2048).optional(),
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
]);
export type Notice = z.infer<typeof Notice>;

const entryBase = {
  /** Position in the session's log: 1, 2, 3 … without holes. */
  seqId: z.int().min(1),
  /** Server time in ms since 1970, never decreasing within a session. */
  timestamp: z.int(),
  from: UserId,
  packId: PackId,
  /** Only in a hot session's `last`: the entry was longer than the preview, so content or users are left out. */
  cut: z.literal(true).optional(),
};

export const MessageEntry = z.object({
  ...entryBase,
  kind: z.literal("message"),
  contentType: ContentType,
  content: Content,
});
export type MessageEntry = z.infer<typeof MessageEntry>;

export const NoticeEntry = z.object({ ...entryBase, kind: z.literal("notice"), notice: Notice });
export type NoticeEntry = z.infer<typeof NoticeEntry>;

/** One row of a session's log. */
export const Entry = z.discriminatedUnion("kind", [MessageEntry, NoticeEntry]);
export type Entry = z.infer<typeof Entry>;

/** A row of the user's recent-conversations list. */
export const HotSession = z.object({
  sessionId: z.string(),
  /** First entry that was delivered to this user: where the session begins for them. */
  firstSeqId: z.int(),
  lastSeqId: z.int(),
  readSeqId: z.int(),
  /** Countable entries of others after `readSeqId`, exact. */
  unread: z.int(),
  last: Entry,
  /** False after the user left, was removed, or the group was dismissed. */
  member: z.boolean(),
});
export type HotSession = z.infer<typeof HotSession>;
