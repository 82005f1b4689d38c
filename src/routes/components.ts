import { z } from "zod";
import { Content, ContentType } from "../protocol/content-type.ts";
import { Entry, GroupInfo, HotSession, Notice, SessionAttributes } from "../protocol/entry.ts";
import { Device, Presence } from "../protocol/frames/device.ts";
import { Relation } from "../protocol/frames/friend.ts";
import { GroupChangeResult, GroupGetResult, Invitation, JoinRequest, Member } from "../protocol/frames/group.ts";
import { Cursor, HistoryResult, MsgReadResult, MsgSendResult } from "../protocol/frames/message.ts";
import { SessionListResult } from "../protocol/frames/session.ts";
import { Profile } from "../protocol/frames/user.ts";
import { DeviceId, EndpointId, GroupId, JobId, KeyId, PackId, SessionId, UserId } from "../protocol/ids.ts";
import { JobProgress } from "../protocol/job-progress.ts";
import { Control, MessageOptions } from "../protocol/message-parts.ts";
import { Endpoint, WebhookDelivery } from "../protocol/webhook.ts";
import { Problem } from "./problem.ts";

/** The group of the examples: the one that alice of the app `main` creates under the packId `group-1`. */
export const EXAMPLE_GROUP = "GC_Y8PSH5V39X4DXJ2TBQFPVYYH0X";
/** The job of the examples: the notice that the app `main` sends under the packId `notice-1`. */
export const EXAMPLE_JOB = "JB_T8TRW39NPZ2XNPDE359QXNGE8S";

/** The API key of the examples: the one that the app `main` makes under the key `key-1`. */
export const EXAMPLE_KEY = "AK6P9F35FN8CSZFTN8NBMG9Q0M";
/** The webhook endpoint of the examples: the one that the app `main` makes under the packId `webhook-1`. */
export const EXAMPLE_ENDPOINT = "WH_0PZWQEGZSD5P01CPJQE4S4VMKP";

/** Names in the document for schemas that the wire and the API share. Nothing of the schemas changes. */
const COMPONENTS: Readonly<Record<string, z.ZodType>> = {
  Content,
  ContentType,
  Control,
  Cursor,
  Device,
  Entry,
  GroupChange: GroupChangeResult,
  Group: GroupGetResult,
  GroupInfo,
  History: HistoryResult,
  HotSession,
  Invitation,
  JobProgress,
  Endpoint,
  WebhookDelivery,
  JoinRequest,
  Member,
  MessageOptions,
  Notice,
  Presence,
  Problem,
  Profile,
  ReadState: MsgReadResult,
  Relation,
  SendResult: MsgSendResult,
  SessionAttributes,
  SessionPage: SessionListResult,
};

const IDS = [
  [UserId, "alice", "A user of the app."],
  [SessionId, "SC_alice_bob", "A conversation: `SC_<a>_<b>`, `GC_…` or `BM_<app>_<user>`."],
  [GroupId, EXAMPLE_GROUP, "A group."],
  [PackId, "hello-1", "The sender's idempotency key."],
  [DeviceId, "alice-phone", "A client install."],
  [JobId, EXAMPLE_JOB, "Long work."],
  [KeyId, EXAMPLE_KEY, "An API key, without its secret."],
  [EndpointId, EXAMPLE_ENDPOINT, "Where webhooks go."],
] as const;

export function nameComponents(): void {
  // The generator's own `openapi(name)` would make another schema, which those that contain this one would not know.
  for (const [refId, schema] of Object.entries(COMPONENTS)) z.globalRegistry.add(schema, { _internal: { refId } });
  for (const [schema, example, description] of IDS) z.globalRegistry.add(schema, { example, description });
}
