import { z } from "zod";
import {
  DeviceKick,
  DeviceKickOthers,
  DeviceList,
  DeviceLogout,
  PresenceSubscribe,
  PresenceUnsubscribe,
} from "./frames/device.ts";
import {
  BlockAdd,
  BlockList,
  BlockRemove,
  FriendAdd,
  FriendAnswer,
  FriendRemark,
  FriendRemove,
  FriendSync,
} from "./frames/friend.ts";
import { GroupInvitations, GroupSync } from "./frames/group.ts";
import { HistoryPull, MsgHide, MsgMarkUnread, MsgRead, MsgReadAll, MsgReceived, MsgSend } from "./frames/message.ts";
import { MonitorStart, MonitorStop, MonitorSync } from "./frames/monitor.ts";
import { DeviceFocus, DevicePush, DevicePushOff, PushList, PushSettingsFrame } from "./frames/push.ts";
import { SearchMessages } from "./frames/search.ts";
import { SessionAttr, SessionHide, SessionList } from "./frames/session.ts";
import { SyncPriority, SyncSessions } from "./frames/sync.ts";
import { AttrGet, AttrSet, UserGet, UserUpdate } from "./frames/user.ts";
import { sessionFrames } from "./session-frame.ts";

/** Every frame that a client may send. Each gets exactly one `ack` with its packId. */
export const UpFrame = z.discriminatedUnion("type", [
  MsgSend,
  MsgRead,
  MsgReadAll,
  MsgMarkUnread,
  MsgReceived,
  MsgHide,
  HistoryPull,
  SearchMessages,
  SyncSessions,
  SyncPriority,
  SessionAttr,
  SessionHide,
  SessionList,
  GroupSync,
  GroupInvitations,
  FriendAdd,
  FriendAnswer,
  FriendRemove,
  FriendRemark,
  FriendSync,
  BlockAdd,
  BlockRemove,
  BlockList,
  UserGet,
  UserUpdate,
  AttrSet,
  AttrGet,
  DeviceList,
  DeviceKick,
  DeviceKickOthers,
  DeviceLogout,
  DevicePush,
  DevicePushOff,
  DeviceFocus,
  PushList,
  PushSettingsFrame,
  PresenceSubscribe,
  PresenceUnsubscribe,
  MonitorStart,
  MonitorStop,
  MonitorSync,
  ...sessionFrames,
]);
export type UpFrame = z.infer<typeof UpFrame>;
export type UpType = UpFrame["type"];
export type FrameOf<T extends UpType> = Extract<UpFrame, { type: T }>;
