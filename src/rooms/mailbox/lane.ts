import type { Batcher } from "../../kernel/batcher.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Verdict } from "../../protocol/rpc/session-call.ts";
import type { Owed } from "./desk.ts";
import type { MailboxTag } from "./feature.ts";
import type { Said } from "./said.ts";

/** What waits for its session's batch. */
export interface Waiting {
  readonly owed: Owed;
  readonly frame: Said;
  /** What the app decided about it. */
  readonly verdict?: Verdict | undefined;
}

/** A batch on its way into a session. */
export interface Batch {
  readonly sessionId: SessionId;
  readonly waiting: readonly Waiting[];
}

/** It is under way, in a lane that only the instance knows that sent it. */
export interface LaneTag extends MailboxTag, Batch {
  readonly lanes: Batcher<SessionId, Waiting>;
}
