/** `parley/client`: the SDK for browsers, Bun, Deno and Node ≥ 22. No dependency at run time. */
import type { UserId } from "../protocol/ids.ts";
import { singleSessionId as brandedSessionId } from "../protocol/session-id.ts";

export { amended, isAbout } from "../protocol/amend.ts";
export { CLOSE } from "../protocol/close-codes.ts";
export type { Content } from "../protocol/content-type.ts";
export type {
  ControlEntry,
  Entry,
  GroupInfo,
  HotSession,
  MessageEntry,
  Notice,
  NoticeEntry,
  Role,
  SessionAttributes,
} from "../protocol/entry.ts";
export { ERRORS, type ErrorName, ParleyError } from "../protocol/errors.ts";
export type { Device, Presence } from "../protocol/frames/device.ts";
export type { Relation } from "../protocol/frames/friend.ts";
export type { GroupChangeResult, GroupGetResult, Invitation, Member } from "../protocol/frames/group.ts";
export type { Cursor, HistoryResult, MsgReadResult, MsgSendResult } from "../protocol/frames/message.ts";
export type { Observed } from "../protocol/frames/monitor.ts";
export type { PushRegistration, PushSettings, PushToken } from "../protocol/frames/push.ts";
export type { SearchHit, SearchMessagesResult } from "../protocol/frames/search.ts";
export type { Profile } from "../protocol/frames/user.ts";
export type { DeviceType } from "../protocol/ids.ts";
export { ParleyClient } from "./client.ts";
export { MAX_STREAM_ITEMS } from "./entry-stream.ts";
export type { ClientEvents, SessionEntry } from "./events.ts";
export { IndexedDbStore } from "./indexed-db-store.ts";
export { MemoryStore } from "./memory-store.ts";
export { MERGED_CONTENT_TYPE, type MergedContent } from "./messages.ts";
export type { ClientOptions } from "./options.ts";
export { MAX_OUTBOX_MESSAGES, type SendOptions } from "./outbox.ts";
export type { OutgoingStream, StreamOptions } from "./outgoing-stream.ts";
export type { HistoryRange } from "./replica.ts";
export type { SearchQuery } from "./requests.ts";
export type { Status } from "./status.ts";
export type { Batch, KeptEntries, KeptSession, KeptState, Store } from "./store.ts";
export type { TokenSource } from "./token.ts";

/** The session of two users, the same for both. */
export function singleSessionId(a: string, b: string): string {
  return brandedSessionId(a as UserId, b as UserId); // SAFETY: the server checks the id
}
