import type { DeviceType, UserId } from "../ids.ts";

/** What an observation begins with, and what ends it: the user, or that the right to it is over. */
export type ObservationEvent = "started" | "stopped" | "expired" | "revoked";

/** Where the user asked for it. */
export interface ObservingDevice {
  readonly deviceId: string;
  readonly deviceType: DeviceType;
  readonly tokenId: string;
}

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
export interface ObserverRecord {
  /** 1, 2, 3 … in each session. */
  readonly id: number;
  /** ms since 1970 */
  readonly at: number;
  readonly userId: UserId;
  readonly event: ObservationEvent | "dismissed";
  /** The log's end at that moment. */
  readonly seqId: number;
  readonly device?: ObservingDevice;
  /** Who dismissed the group. */
  readonly by?: UserId;
}

export interface ObserverAuditResult {
  readonly records: readonly ObserverRecord[];
  readonly more: boolean;
}
