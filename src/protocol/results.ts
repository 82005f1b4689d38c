import type { z } from "zod";
import { DeviceKickResult, DeviceListResult, PresenceSubscribeResult } from "./frames/device.ts";
import { Done } from "./frames/done.ts";
import { BlockListResult, FriendSyncResult, Relation } from "./frames/friend.ts";
import {
  GroupChangeResult,
  GroupGetResult,
  GroupHasResult,
  GroupInvitationsResult,
  GroupMembersResult,
  GroupRequestsResult,
  GroupSyncResult,
} from "./frames/group.ts";
import {
  HistoryResult,
  MsgControlResult,
  MsgCursorsResult,
  MsgPinsResult,
  MsgReactionsResult,
  MsgReadAllResult,
  MsgReadersResult,
  MsgReadResult,
  MsgSendResult,
} from "./frames/message.ts";
import { MonitorResult, MonitorSyncResult } from "./frames/monitor.ts";
import { DevicePushOffResult, PushListResult, PushSettings, PushToken } from "./frames/push.ts";
import { SearchMessagesResult } from "./frames/search.ts";
import { SessionAttrResult, SessionListResult } from "./frames/session.ts";
import { StreamChunkResult } from "./frames/stream.ts";
import { SyncPriorityResult, SyncSessionsResult } from "./frames/sync.ts";
import { AttrGetResult, Profile, UserGetResult } from "./frames/user.ts";
import type { UpType } from "./up.ts";

/** `data` of a successful ack, by the type of the request. */
export const Results = {
  "msg.send": MsgSendResult,
  "msg.read": MsgReadResult,
  "msg.readAll": MsgReadAllResult,
  "msg.markUnread": Done,
  "msg.received": Done,
  "msg.cursors": MsgCursorsResult,
  "msg.readers": MsgReadersResult,
  "msg.control": MsgControlResult,
  "msg.hide": MsgReadResult,
  "msg.react": MsgControlResult,
  "msg.reactions": MsgReactionsResult,
  "msg.pin": MsgControlResult,
  "msg.pins": MsgPinsResult,
  "msg.signal": Done,
  typing: Done,
  "stream.open": MsgSendResult,
  "stream.chunk": StreamChunkResult,
  "stream.close": MsgControlResult,
  "history.pull": HistoryResult,
  "search.messages": SearchMessagesResult,
  "sync.sessions": SyncSessionsResult,
  "sync.priority": SyncPriorityResult,
  "session.attr": SessionAttrResult,
  "session.hide": Done,
  "session.list": SessionListResult,
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
  "group.mute": GroupChangeResult,
  "group.ban": GroupChangeResult,
  "group.nickname": GroupChangeResult,
  "group.requests": GroupRequestsResult,
  "group.answer": GroupChangeResult,
  "group.invite": GroupChangeResult,
  "group.decline": GroupChangeResult,
  "group.has": GroupHasResult,
  "group.sync": GroupSyncResult,
  "group.invitations": GroupInvitationsResult,
  "friend.add": Relation,
  "friend.answer": Relation,
  "friend.remove": Done,
  "friend.remark": Done,
  "friend.sync": FriendSyncResult,
  "block.add": Done,
  "block.remove": Done,
  "block.list": BlockListResult,
  "user.get": UserGetResult,
  "user.update": Profile,
  "attr.set": Done,
  "attr.get": AttrGetResult,
  "device.list": DeviceListResult,
  "device.kick": DeviceKickResult,
  "device.kickOthers": DeviceKickResult,
  "device.logout": Done,
  "device.push": PushToken,
  "device.pushOff": DevicePushOffResult,
  "device.focus": Done,
  "push.list": PushListResult,
  "push.settings": PushSettings,
  "presence.subscribe": PresenceSubscribeResult,
  "presence.unsubscribe": Done,
  "monitor.start": MonitorResult,
  "monitor.stop": MonitorResult,
  "monitor.sync": MonitorSyncResult,
} as const satisfies Record<UpType, z.ZodType>;
export type ResultOf<T extends UpType> = z.infer<(typeof Results)[T]>;
