import type { AppId, SessionId } from "../ids.ts";

/** Asks the archive, which checks nothing: whoever asks has decided that the answer may be seen. */
export type ArchiveCall =
  /** A page of a session, like `history.pull`. Answers with `HistoryResult`. */
  {
    readonly type: "page";
    readonly app: AppId;
    readonly sessionId: SessionId;
    readonly before?: number | undefined;
    readonly after?: number | undefined;
    readonly limit: number;
  };
