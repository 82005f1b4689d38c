import type { UserId } from "../ids.ts";

/** Calls to the room of a push token, which says whose the token is. */
export type PushTokenCall =
  /**
   * The user registered the token; their mailbox numbers its registrations. Answers with nothing, and may be repeated and come late:
   * only a version that is new from this user counts.
   */
  | { readonly type: "pushToken.claim"; readonly userId: UserId; readonly version: number }
  /** Answers with `PushTokenOwner`, or null while nobody has registered it. */
  | { readonly type: "pushToken.owner" };

export interface PushTokenOwner {
  readonly userId: UserId;
}

/** To the mailbox of whom the token was taken from: registrations of it up to this version have ended. May be repeated, and come late. */
export interface PushUnclaimCall {
  readonly type: "push.unclaim";
  readonly tokenId: string;
  readonly version: number;
}
