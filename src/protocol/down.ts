import { z } from "zod";
import { Content, ContentType } from "./content-type.ts";
import { Entry, HotSession } from "./entry.ts";
import { Presence } from "./frames/device.ts";
import { Cursor } from "./frames/message.ts";
import { DeviceType, PackId, UserId } from "./ids.ts";
import { Results } from "./results.ts";

/** The one response to a request: success (code 0, `data`) or a coded error (`message`). */
export const AckFrame = z.object({
  type: z.literal("ack"),
  packId: PackId,
  code: z.int(),
  message: z.string().optional(),
  retryAfterMs: z.int().optional(),
  data: z.union(Object.values(Results)).optional(),
});
export type AckFrame = z.infer<typeof AckFrame>;

/** New entries of one session, ascending and without holes among themselves. */
export const EntryFrame = z.object({ type: z.literal("entry"), sessionId: z.string(), entries: z.array(Entry).min(1) });
export type EntryFrame = z.infer<typeof EntryFrame>;

/** The read state of a session changed without a new entry, for instance on another device. */
export const SessionFrame = z.object({ type: z.literal("session"), session: HotSession });
export type SessionFrame = z.infer<typeof SessionFrame>;

/** Another device of this type logged in; the close with `KICKED` follows. */
export const KickedFrame = z.object({ type: z.literal("kicked"), deviceType: DeviceType, deviceId: z.string() });

/** An answer to something that carried no usable packId. */
export const ErrorFrame = z.object({ type: z.literal("error"), code: z.int(), message: z.string() });

/** A message that is not stored, from `msg.signal`. */
export const SignalFrame = z.object({
  type: z.literal("signal"),
  sessionId: z.string(),
  from: UserId,
  timestamp: z.int(),
  contentType: ContentType,
  content: Content,
});
export const TypingFrame = z.object({
  type: z.literal("typing"),
  sessionId: z.string(),
  from: UserId,
  isTyping: z.boolean(),
});

/** How far the other user of a single chat has received and read it. */
export const ReceiptFrame = z.object({ type: z.literal("receipt"), sessionId: z.string(), ...Cursor.shape });

/** A streamed message grew: `text` begins at `offset` (UTF-16 units). Not stored as such; the log has the whole text. */
export const ChunkFrame = z.object({
  type: z.literal("chunk"),
  sessionId: z.string(),
  seqId: z.int(),
  offset: z.int(),
  text: z.string(),
});

export type ChunkFrame = z.infer<typeof ChunkFrame>;

/** The user deleted messages for themself, on another device. */
export const HiddenFrame = z.object({ type: z.literal("hidden"), sessionId: z.string(), seqIds: z.array(z.int()) });

export const PresenceFrame = z.object({ type: z.literal("presence"), ...Presence.shape });

/** Something changed that the client may have a copy of; `id` names the group or user. */
export const SyncCommandFrame = z.object({
  type: z.literal("sync.command"),
  what: z.enum(["friends", "groups", "group.info", "group.members", "group.requests", "group.invitations", "profile"]),
  id: z.string().optional(),
});
export type SyncCommandFrame = z.infer<typeof SyncCommandFrame>;

/** New entries of a session that the user observes. */
export const ObservedFrame = z.object({
  type: z.literal("observed"),
  sessionId: z.string(),
  entries: z.array(Entry).min(1),
});

export type ObservedFrame = z.infer<typeof ObservedFrame>;

export const DownFrame = z.discriminatedUnion("type", [
  AckFrame,
  EntryFrame,
  SessionFrame,
  KickedFrame,
  ErrorFrame,
  SignalFrame,
  TypingFrame,
  ReceiptFrame,
  ChunkFrame,
  HiddenFrame,
  PresenceFrame,
  SyncCommandFrame,
  ObservedFrame,
]);
export type DownFrame = z.infer<typeof DownFrame>;

/** Told to whoever is online, and not kept. */
export type PassingFrame = z.infer<
  | typeof SignalFrame
  | typeof TypingFrame
  | typeof ReceiptFrame
  | typeof ChunkFrame
  | typeof HiddenFrame
  | typeof PresenceFrame
  | typeof SyncCommandFrame
>;
