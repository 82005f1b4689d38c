import { z } from "zod";
import { groupFrames } from "./frames/group.ts";
import { HistoryPull, MsgRead, MsgSend } from "./frames/message.ts";
import { SyncSessions } from "./frames/sync.ts";

/** Every frame that a client may send. Each gets exactly one `ack` with its packId. */
export const UpFrame = z.discriminatedUnion("type", [MsgSend, MsgRead, HistoryPull, SyncSessions, ...groupFrames]);
export type UpFrame = z.infer<typeof UpFrame>;
export type UpType = UpFrame["type"];
