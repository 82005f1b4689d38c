import type { Content } from "../entry.ts";
import type { GroupFrame } from "../frames/group.ts";
import type { MsgSendResult } from "../frames/message.ts";
import type { PackId, SessionId, UserId } from "../ids.ts";
import type { Operator } from "./operator.ts";
import type { Outcome } from "./outcome.ts";

export interface AppendItem {
  readonly packId: PackId;
  readonly contentType: number;
  readonly content: Content;
}

/** Calls to a session room. Batches are the normal form; one transaction per call. */
export type SessionCall =
  | { readonly type: "append"; readonly sender: UserId; readonly items: readonly AppendItem[] }
  | {
      readonly type: "history";
      readonly by: Operator;
      readonly before?: number | undefined;
      readonly after?: number | undefined;
      readonly limit?: number | undefined;
    }
  /** Countable entries of others in (after, upTo]. */
  | { readonly type: "unread"; readonly userId: UserId; readonly after: number; readonly upTo: number }
  | { readonly type: "group"; readonly by: UserId; readonly frame: GroupFrame };

export type AppendResult = readonly Outcome<MsgSendResult>[];

export interface SessionAddress {
  readonly kind: "session";
  readonly id: SessionId;
}
