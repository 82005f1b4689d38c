import type { CallTag, Effects } from "../../kernel/effects.ts";
import type { Errands } from "../../kernel/errands.ts";
import type { RoomPolicy } from "../../kernel/policy.ts";
import type { Clock, Connection, Random, RoomPorts, RoomSql } from "../../kernel/ports.ts";
import type { Entry } from "../../protocol/entry.ts";
import type { AppId, UserId } from "../../protocol/ids.ts";
import type { Erasure, MailboxCall } from "../../protocol/rpc/mailbox-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { FrameOf, UpType } from "../../protocol/up.ts";
import type { Desk, Owed } from "./desk.ts";
import type { HotSessions } from "./hot-sessions.ts";
import type { Webhooks } from "./webhooks.ts";

/** What every part of the mailbox works with. */
export interface Mailbox {
  readonly app: AppId;
  readonly me: UserId;
  readonly sql: RoomSql;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: RoomPolicy;
  /** What the app has decided for itself, as of now. */
  readonly settings: RoomPorts["settings"];
  readonly effects: Effects;
  readonly desk: Desk;
  readonly hotSessions: HotSessions;
  readonly courier: Errands;
  /** Tells the app what happens to the user. */
  readonly webhooks: Webhooks;
}

/** Of a call that a feature made: its reply goes back to the feature of that name, in whichever instance. */
export interface MailboxTag extends CallTag {
  readonly feature: string;
}

/** Each request is answered once, through the desk, now or with a reply. */
export type MailboxRequests = { readonly [T in UpType]?: (owed: Owed, frame: FrameOf<T>) => void };
type CallOf<T extends MailboxCall["type"]> = Extract<MailboxCall, { type: T }>;
export type MailboxCalls = { readonly [T in MailboxCall["type"]]?: (call: CallOf<T>) => unknown };

/** A part of the mailbox room: the requests and calls that it handles, and what else it wants to know of. */
export interface MailboxFeature {
  readonly name: string;
  readonly requests?: MailboxRequests;
  readonly calls?: MailboxCalls;
  replied?(tag: MailboxTag, outcome: Outcome): void;
  /** New entries of a session were stored; `entries` is not empty. */
  delivered?(sessionId: string, entries: readonly Entry[]): void;
  /** The user has read or received more of a session, by what they did themselves. */
  moved?(sessionId: string): void;
  /** Closes a connection that may not be; then nobody hears of it. */
  refuses?(connection: Connection): boolean;
  opened?(connection: Connection): void;
  /** It is gone; `seenAtMs`: when it was last there. */
  closed?(connection: Connection, seenAtMs: number): void;
  /** The room's alarm says nothing about why: each feature looks at its own rows. */
  alarm?(): void;
  /** Forgets all that it keeps of the user. Numbers that others remember stay, so that nothing older counts as new. */
  erase?(asked: Erasure): void;
  settle?(): void;
  abandon?(): void;
}
