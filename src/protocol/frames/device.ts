import { z } from "zod";
import { DeviceId, DeviceType, PackId, UserId } from "../ids.ts";
import { MAX_USERS_AT_ONCE } from "../limits.ts";

export const Device = z.object({
  deviceId: DeviceId,
  deviceType: DeviceType,
  online: z.boolean(),
  /** ms since 1970 */
  lastSeenAt: z.int(),
  /** The one that asks. */
  current: z.literal(true).optional(),
});
export type Device = z.infer<typeof Device>;

export const DeviceList = z.object({ type: z.literal("device.list"), packId: PackId });
export const DeviceListResult = z.object({ devices: z.array(Device) });
/** Closes its connection and revokes its token, which cannot connect again. */
export const DeviceKick = z.object({ type: z.literal("device.kick"), packId: PackId, deviceId: DeviceId });
export const DeviceKickOthers = z.object({ type: z.literal("device.kickOthers"), packId: PackId });
/** The same for the device that asks; it is forgotten. */
export const DeviceLogout = z.object({ type: z.literal("device.logout"), packId: PackId });
export const DeviceKickResult = z.object({ kicked: z.int() });

/** As long as this connection lives, changes of these friends' presence arrive as `presence` frames. */
export const PresenceSubscribe = z.object({
  type: z.literal("presence.subscribe"),
  packId: PackId,
  userIds: z.array(UserId).min(1).max(MAX_USERS_AT_ONCE),
});
export const PresenceUnsubscribe = z.object({
  type: z.literal("presence.unsubscribe"),
  packId: PackId,
  userIds: z.array(UserId).min(1).max(MAX_USERS_AT_ONCE),
});
export const Presence = z.object({
  userId: UserId,
  online: z.boolean(),
  /** ms since 1970; 0 when never seen. */
  lastSeenAt: z.int(),
});
export type Presence = z.infer<typeof Presence>;
/** Of those among them who have the user as a friend. */
export const PresenceSubscribeResult = z.object({ presences: z.array(Presence) });
