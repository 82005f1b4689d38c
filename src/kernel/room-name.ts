import type { AppId, EndpointId, JobId, SessionId, UserId } from "../protocol/ids.ts";
import type { QueueName } from "../protocol/rpc/queue-job.ts";

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
  | { readonly kind: "push-token"; readonly app: AppId; readonly tokenId: string };

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
};

export function addressOf(name: RoomName): RoomAddress {
  const [app, kind, id] = name.split("/") as [AppId, RoomKindName, string]; // SAFETY: as above; no id contains a "/"
  return ADDRESSES[kind](app, id);
}
