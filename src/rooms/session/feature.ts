import type { CallTag } from "../../kernel/effects.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { ResultOf } from "../../protocol/results.ts";
import type { SessionFrame, SessionFrameType } from "../../protocol/session-frame.ts";

type FrameOf<T extends SessionFrameType> = Extract<SessionFrame, { type: T }>;

/** What decides each request: `by` is who the connection belongs to. */
export type SessionRequests = {
  readonly [T in SessionFrameType]?: (by: UserId, frame: FrameOf<T>) => ResultOf<T>;
};

/** A part of the session room: the requests that it decides, and what it does when time has passed. */
export interface SessionFeature {
  readonly requests: SessionRequests;
  /** The room's alarm says nothing about why: each feature looks at its own rows. */
  alarm?(): void;
  /** The reply to a call of any feature: each looks for the tags that it made. */
  replied?(tag: CallTag): void;
  settle?(): void;
}
