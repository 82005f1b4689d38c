import type { WordFilter } from "./word-filter.ts";

/** What a deployment may decide about its rooms. */
export interface RoomPolicy {
  /** Requests per second of one connection, and how many may come at once. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** How long a sender may recall a message of theirs. */
  readonly recallWindowMs: number;
  /** Who may write to whom in single chats. */
  readonly messages: "everyone" | "friends";
  /** Whether a user becomes a friend by being added, or has to accept. */
  readonly friendship: "direct" | "request";
  /** Words that no text may have. */
  readonly words?: WordFilter | undefined;
}

export const DEFAULT_POLICY: RoomPolicy = {
  requestsPerSecond: 100,
  requestBurst: 400,
  recallWindowMs: 120_000,
  messages: "everyone",
  friendship: "request",
};
