import type { Entry, GroupInfo, Role } from "../../protocol/entry.ts";
import type { UserId } from "../../protocol/ids.ts";

/** Where a packId ended up. */
export interface Stored {
  readonly seqId: number;
  readonly timestamp: number;
  /** Of what was asked for, to tell a retry from another request under the same packId; or `UNKNOWN_DIGEST`. */
  readonly digest: number;
}

/** Of entries that were imported: what was asked for is not in them. Whatever repeats their packId is answered. */
export const UNKNOWN_DIGEST = -1;

/** An entry on its way into the log. */
export interface NewEntry {
  readonly entry: Entry;
  /** `undefined`: nobody asked for it, so nobody repeats it. */
  readonly digest: number | undefined;
}

/** The newest entry, as far as the next one needs it. */
export interface Head {
  readonly seqId: number;
  readonly timestamp: number;
  /** Fan-out cursor known when it was written. */
  readonly fanned: number;
}

export interface GroupRow {
  readonly info: GroupInfo;
  readonly owner: UserId;
  readonly createdAt: number;
  readonly dismissed: boolean;
  /** Only owner and admins speak until then, in ms since 1970. */
  readonly mutedUntil: number;
}

export interface MemberRow {
  readonly userId: UserId;
  readonly role: Role;
  readonly joinedSeqId: number;
  readonly nickname?: string;
}

/** Whose mailbox the log is delivered to, and as what. */
export interface Reader {
  readonly userId: UserId;
  /** The number of the observation, which is positive; or `AS_MEMBER`. */
  readonly observation: number;
}

export const AS_MEMBER = 0;

/** A reader whose deliveries are behind the others, or that gets nothing after `untilSeqId`. */
export interface BacklogRow extends Reader {
  readonly cursor: number;
  readonly untilSeqId: number | undefined;
}
