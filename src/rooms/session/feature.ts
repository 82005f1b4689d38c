import type { CallTag } from "../../kernel/effects.ts";
import type { Entry } from "../../protocol/entry.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { ResultOf } from "../../protocol/results.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { SessionCall, Verdict } from "../../protocol/rpc/session-call.ts";
import type { SessionFrame, SessionFrameType } from "../../protocol/session-frame.ts";

type FrameOf<T extends SessionFrameType> = Extract<SessionFrame, { type: T }>;

/** What decides each request: `by` is who the connection belongs to. With null it was refused as the verdict says. */
export type SessionRequests = {
  readonly [T in SessionFrameType]?: (by: UserId, frame: FrameOf<T>, verdict?: Verdict) => ResultOf<T> | null;
};

type CallOf<T extends SessionCall["type"]> = Extract<SessionCall, { type: T }>;
/** What answers each call of another room or a route. */
export type SessionCalls = { readonly [T in SessionCall["type"]]?: (call: CallOf<T>) => unknown };

/** A part of the session room: the requests and calls that it decides, and what it does when time has passed. */
export interface SessionFeature {
  readonly requests?: SessionRequests;
  readonly calls?: SessionCalls;
  /** The room's alarm says nothing about why: each feature looks at its own rows. */
  alarm?(): void;
  /** The reply to a call of any feature: each looks for the tags that it made. */
  replied?(tag: CallTag, outcome: Outcome): void;
  settle?(): void;
  /** An entry that was written elsewhere is in the log as it is: what is kept about it besides is made of it. */
  imported?(entry: Entry): void;
}
