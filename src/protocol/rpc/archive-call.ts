import type { SearchMessages } from "../frames/search.ts";
import type { AppId, SessionId, UserId } from "../ids.ts";

/** Asks the archive, which checks nothing: whoever asks has decided that the answer may be seen. */
export type ArchiveCall =
  /**
   * Entries of a session, in this order, until they are as long as a frame may be; one always fits. Answers with an array of
   * them, without those that are not there.
   */
  | {
      readonly type: "entries";
      readonly app: AppId;
      readonly sessionId: SessionId;
      readonly seqIds: readonly number[];
    }
  | SearchCall
  | AuthoredCall;

/** Sessions in which the archive still has messages of a user. Answers with a `SessionsPage`. */
export interface AuthoredCall {
  readonly type: "authored";
  readonly app: AppId;
  readonly userId: UserId;
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
}

export interface SessionsPage {
  readonly sessionIds: readonly SessionId[];
  /** Where the next page begins, if there is one. */
  readonly cursor?: string | undefined;
}

/**
 * Messages of the sessions that the user belonged to when they were sent, as the archive knows them, which may be a few
 * seconds late. Answers with a `SearchMessagesResult`.
 */
export interface SearchCall extends Readonly<Omit<SearchMessages, "type" | "packId" | "limit">> {
  readonly type: "search";
  readonly app: AppId;
  readonly userId: UserId;
  readonly limit: number;
}
