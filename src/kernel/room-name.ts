import type { AppId, SessionId, UserId } from "../protocol/ids.ts";

/** The address of a room: `<app>/session/<sessionId>` or `<app>/mailbox/<userId>`. Beginning with the app keeps tenants apart. */
export type RoomName = `${string}/session/${string}` | `${string}/mailbox/${string}`;

export type RoomAddress =
  | { readonly kind: "session"; readonly app: AppId; readonly sessionId: SessionId }
  | { readonly kind: "mailbox"; readonly app: AppId; readonly userId: UserId };

export function sessionRoom(app: AppId, sessionId: SessionId): RoomName {
  return `${app}/session/${sessionId}`;
}

export function mailboxRoom(app: AppId, userId: UserId): RoomName {
  return `${app}/mailbox/${userId}`;
}

export function addressOf(name: RoomName): RoomAddress {
  const [app, kind, ...rest] = name.split("/");
  // SAFETY: a RoomName is only made above, from branded ids that contain no "/"
  if (kind === "session") return { kind, app: app as AppId, sessionId: rest.join("/") as SessionId };
  return { kind: "mailbox", app: app as AppId, userId: rest.join("/") as UserId };
}
