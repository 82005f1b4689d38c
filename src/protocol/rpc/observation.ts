import { z } from "zod";
import { DeviceType, UserId } from "../ids.ts";

/** What an observation begins with, and what ends it: the user, or that the right to it is over. */
export const ObservationEvent = z.enum(["started", "stopped", "expired", "revoked"]);
export type ObservationEvent = z.infer<typeof ObservationEvent>;

/** Where the user asked for it; empty ids: a server key did in the user's name. */
export const ObservingDevice = z.object({ deviceId: z.string(), deviceType: DeviceType, tokenId: z.string() });
export type ObservingDevice = z.infer<typeof ObservingDevice>;

/** A user's mailbox begins or ends an observation. May be repeated, and come late. Answers with `ObserveResult`. */
export interface ObserveCall {
  readonly type: "observe";
  readonly userId: UserId;
  /** Grows with every start and every end; one that is not newer was done already. A start numbers its observation. */
  readonly version: number;
  readonly event: ObservationEvent;
  readonly device?: ObservingDevice;
}

/** The observation begins after this, or ended with it. */
export interface ObserveResult {
  readonly seqId: number;
}

/** A line of a session's audit. */
export const ObserverRecord = z.object({
  /** 1, 2, 3 … in each session. */
  id: z.int(),
  /** ms since 1970 */
  at: z.int(),
  userId: UserId,
  event: z.enum([...ObservationEvent.options, "dismissed"]),
  /** The log's end at that moment. */
  seqId: z.int(),
  device: ObservingDevice.optional(),
  /** Who dismissed the group. */
  by: UserId.optional(),
});
export type ObserverRecord = z.infer<typeof ObserverRecord>;

export const ObserverAuditResult = z.object({ records: z.array(ObserverRecord), more: z.boolean() });
export type ObserverAuditResult = z.infer<typeof ObserverAuditResult>;
