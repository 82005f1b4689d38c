import type { AppId, SessionId } from "../ids.ts";

/** Asks the archive, which checks nothing: whoever asks has decided that the answer may be seen. */
export type ArchiveCall =
  /**
   * Entries of a session, in this order, until they are as long as a frame may be; one always fits. Answers with an array of
   * them, without those that are not there.
   */
  {
    readonly type: "entries";
    readonly app: AppId;
    readonly sessionId: SessionId;
    readonly seqIds: readonly number[];
  };
