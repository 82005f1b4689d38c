import { z } from "zod";
import { Entry, HotSession } from "./entry.ts";
import { GroupChangeResult, GroupGetResult, GroupMembersResult } from "./frames/group.ts";
import { HistoryResult, MsgReadResult, MsgSendResult } from "./frames/message.ts";
import { SyncSessionsResult } from "./frames/sync.ts";
import { DeviceType, PackId } from "./ids.ts";
import type { UpType } from "./up.ts";

/** `data` of a successful ack, by the type of the request. */
export const Results = {
  "msg.send": MsgSendResult,
  "msg.read": MsgReadResult,
  "history.pull": HistoryResult,
  "sync.sessions": SyncSessionsResult,
  "group.create": GroupChangeResult,
  "group.join": GroupChangeResult,
  "group.quit": GroupChangeResult,
  "group.remove": GroupChangeResult,
  "group.members": GroupMembersResult,
  "group.get": GroupGetResult,
  "group.update": GroupChangeResult,
  "group.transfer": GroupChangeResult,
  "group.role": GroupChangeResult,
  "group.dismiss": GroupChangeResult,
} as const satisfies Record<UpType, z.ZodType>;
export type ResultOf<T extends UpType> = z.infer<(typeof Results)[T]>;

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

export const DownFrame = z.discriminatedUnion("type", [AckFrame, EntryFrame, SessionFrame, KickedFrame, ErrorFrame]);
export type DownFrame = z.infer<typeof DownFrame>;
