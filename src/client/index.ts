/** `parley/client`: the SDK for browsers, Bun, Deno and Node ≥ 22. No dependency at run time. */
import type { UserId } from "../protocol/ids.ts";
import { singleSessionId as brandedSessionId } from "../protocol/session-id.ts";

export { CLOSE } from "../protocol/close-codes.ts";
export type { Content } from "../protocol/content-type.ts";
export type { ControlEntry, Entry, GroupInfo, HotSession, Notice, Role } from "../protocol/entry.ts";
export { ERRORS, type ErrorName, ParleyError } from "../protocol/errors.ts";
export type { HistoryResult, MsgReadResult, MsgSendResult } from "../protocol/frames/message.ts";
export type { DeviceType } from "../protocol/ids.ts";
export { type ClientEvents, type ClientOptions, type HistoryRange, ParleyClient, type SessionEntry } from "./client.ts";
export { MAX_STREAM_ITEMS } from "./entry-stream.ts";
export { MAX_OUTBOX_MESSAGES } from "./outbox.ts";
export type { Status } from "./status.ts";
export type { ClientState } from "./timelines.ts";
export type { TokenSource } from "./token.ts";

/** The session of two users, the same for both. */
export function singleSessionId(a: string, b: string): string {
  return brandedSessionId(a as UserId, b as UserId); // SAFETY: the server checks the id
}
