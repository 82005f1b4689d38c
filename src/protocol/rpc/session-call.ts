import type { z } from "zod";
import type { Content } from "../content-type.ts";
import type { MsgControl, MsgSend, MsgSendResult } from "../frames/message.ts";
import type { UserId } from "../ids.ts";
import type { SessionFrame } from "../session-frame.ts";
import type { FeedCall } from "./feed-call.ts";
import type { ImportCall } from "./import-call.ts";
import type { ObserveCall } from "./observation.ts";
import type { Operator } from "./operator.ts";
import type { Outcome } from "./outcome.ts";
import type { Stance } from "./stance.ts";

/** A message on its way into the log. */
export type AppendItem = Omit<MsgSend, "type" | "sessionId"> & {
  /** What the app decided about it before. It changes nothing of what is stored already. */
  readonly verdict?: Verdict | undefined;
};

export type Verdict =
  /** Without a type of its own the content has the type that was asked for. */
  | { readonly kind: "replaced"; readonly contentType?: number | undefined; readonly content: Content }
  | { readonly kind: "refused"; readonly error: "HOOK_REJECTED" | "HOOK_UNANSWERED"; readonly detail?: string };

/** Calls to a session room. Batches are the normal form; one transaction per call. */
export type SessionCall =
  | {
      readonly type: "append";
      readonly sender: UserId;
      readonly items: readonly AppendItem[];
      /** A server key sends in the sender's name: what they agreed on with others does not bind it. */
      readonly by?: "server";
    }
  | {
      readonly type: "history";
      readonly by: Operator;
      readonly before?: number | undefined;
      readonly after?: number | undefined;
      readonly limit?: number | undefined;
    }
  /**
   * Those of the messages that the user may still read, as they are now and trimmed ones without content. Answers with an
   * array of `MessageEntry`, which is empty for whoever may not read the history.
   */
  | { readonly type: "shown"; readonly userId: UserId; readonly seqIds: readonly number[] }
  /** What is unread in (after, upTo], as a mailbox that has the entries up to `upTo` knows it. */
  | { readonly type: "unread"; readonly userId: UserId; readonly after: number; readonly upTo: number }
  /** Deletes messages for the user alone: their history shows them no more. May be repeated. */
  | { readonly type: "hide"; readonly userId: UserId; readonly seqIds: readonly number[] }
  /** How far a user has received and read. May be repeated, and come late: it never goes back. */
  | { readonly type: "cursors"; readonly userId: UserId; readonly readSeqId: number; readonly receivedSeqId: number }
  /**
   * A request of a user that this room decides alone. One that stores content may come with a verdict; the end of a
   * stream that the app rejects is answered with null: its message is gone.
   */
  | {
      readonly type: "request";
      readonly by: UserId;
      readonly frame: SessionFrame;
      readonly verdict?: Verdict | undefined;
    }
  /** Those of the messages that the user is still writing, as `MessageEntry`s. */
  | { readonly type: "streams"; readonly userId: UserId; readonly seqIds: readonly number[] }
  /** Takes the contents of messages away that are older. Answers with `PurgeResult`; the call is made again while there are more. */
  | { readonly type: "retain"; readonly beforeMs: number }
  /** As `retain`, of all that an erased user wrote here; then they leave the group. */
  | { readonly type: "forget"; readonly userId: UserId }
  /** Who owns the group. */
  | { readonly type: "owner" }
  /** As a request of `by`, or of the message's sender, but by a server key, which has every right. */
  | {
      readonly type: "control";
      readonly by?: UserId | undefined;
      readonly frame: z.infer<typeof MsgControl>;
      readonly verdict?: Verdict | undefined;
    }
  | ObserveCall
  /** Who observed the session, and when: records after `after`, the oldest first. For server keys; answers with `ObserverAuditResult`. */
  | {
      readonly type: "observerAudit";
      readonly by: Operator;
      readonly after?: number | undefined;
      readonly limit?: number | undefined;
    }
  | FeedCall
  | ImportCall
  | RelationCall;

/** What `by`, one of the two users of a single chat, wants of the other. Older versions are ignored. */
export interface RelationCall {
  readonly type: "relation";
  readonly by: UserId;
  readonly stance: Stance;
  readonly blocked: boolean;
}

export type AppendResult = readonly Outcome<MsgSendResult>[];

export interface PurgeResult {
  readonly more: boolean;
}

export interface UnreadResult {
  readonly unread: number;
  readonly mentions: number;
}
