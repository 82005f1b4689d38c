import type { AppId, EndpointId, JobId, SessionId, UserId } from "../protocol/ids.ts";
import type { QueueName } from "../protocol/rpc/queue-job.ts";
import { digestOf } from "./digest.ts";

export type RoomAddress =
  | { readonly kind: "session"; readonly app: AppId; readonly sessionId: SessionId }
  | { readonly kind: "mailbox"; readonly app: AppId; readonly userId: UserId }
  | { readonly kind: "job"; readonly app: AppId; readonly jobId: JobId }
  /** A webhook endpoint. */
  | { readonly kind: "hook"; readonly app: AppId; readonly endpointId: EndpointId }
  /** The dead letters of a queue. */
  | { readonly kind: "letters"; readonly app: AppId; readonly queue: QueueName }
  /** The app itself. */
  | { readonly kind: "app"; readonly app: AppId }
  /** Whose a push token is. */
  | { readonly kind: "push-token"; readonly app: AppId; readonly tokenId: string }
  /** A part of the app's users. */
  | { readonly kind: "directory"; readonly app: AppId; readonly shard: number };

export type RoomKindName = RoomAddress["kind"];
export type AddressOf<Kind extends RoomKindName> = Extract<RoomAddress, { readonly kind: Kind }>;

/** Kinds of which an app has one room. */
type SingleKind = "app";

/**
 * The address of a room: `<app>/<kind>/<id>`, for instance `<app>/mailbox/<userId>`, or `<app>/<kind>` where there is one. Beginning
 * with the app keeps tenants apart.
 */
export type RoomName = `${string}/${Exclude<RoomKindName, SingleKind>}/${string}` | `${string}/${SingleKind}`;

export function sessionRoom(app: AppId, sessionId: SessionId): RoomName {
  return `${app}/session/${sessionId}`;
}

export function mailboxRoom(app: AppId, userId: UserId): RoomName {
  return `${app}/mailbox/${userId}`;
}

export function jobRoom(app: AppId, jobId: JobId): RoomName {
  return `${app}/job/${jobId}`;
}

export function hookRoom(app: AppId, endpointId: EndpointId): RoomName {
  return `${app}/hook/${endpointId}`;
}

export function lettersRoom(app: AppId, queue: QueueName): RoomName {
  return `${app}/letters/${queue}`;
}

export function appRoom(app: AppId): RoomName {
  return `${app}/app`;
}

export function pushTokenRoom(app: AppId, tokenId: string): RoomName {
  return `${app}/push-token/${tokenId}`;
}

/** How many rooms an app's users are in. It cannot change: each user would be looked for elsewhere. */
const DIRECTORY_SHARDS = 16;

/** Where the user is listed. */
export function directoryRoom(app: AppId, userId: UserId): RoomName {
  return `${app}/directory/${digestOf(userId) % DIRECTORY_SHARDS}`;
}

/** All rooms in which users of the app are listed, in the order in which they are paged through. */
export function directoryRooms(app: AppId): RoomName[] {
  return Array.from({ length: DIRECTORY_SHARDS }, (_, shard): RoomName => `${app}/directory/${shard}`);
}

/** The room of the deployment itself, of which no app can have the name. */
export const DEPLOYMENT_ROOM: RoomName = "~/app";

/** What the id in the name of each kind of room is. */
const ADDRESSES: { readonly [Kind in RoomKindName]: (app: AppId, id: string) => AddressOf<Kind> } = {
  // SAFETY: a RoomName is only made above, from branded ids
  session: (app, id) => ({ kind: "session", app, sessionId: id as SessionId }),
  mailbox: (app, id) => ({ kind: "mailbox", app, userId: id as UserId }), // SAFETY: as above
  job: (app, id) => ({ kind: "job", app, jobId: id as JobId }), // SAFETY: as above
  hook: (app, id) => ({ kind: "hook", app, endpointId: id as EndpointId }), // SAFETY: as above
  letters: (app, id) => ({ kind: "letters", app, queue: id as QueueName }), // SAFETY: as above
  app: (app) => ({ kind: "app", app }),
  "push-token": (app, id) => ({ kind: "push-token", app, tokenId: id }),
  directory: (app, id) => ({ kind: "directory", app, shard: Number(id) }),
};

export function addressOf(name: RoomName): RoomAddress {
  const [app, kind, id] = name.split("/") as [AppId, RoomKindName, string]; // SAFETY: as above; no id contains a "/"
  return ADDRESSES[kind](app, id);
}
