import type { Content } from "../../protocol/content-type.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { PushInfo } from "../../protocol/message-parts.ts";
import type { PushNotification } from "../../protocol/rpc/push-call.ts";

/** What a push may show of a message. */
export interface Shown {
  readonly seqId: number;
  readonly from: UserId;
  readonly contentType: number;
  /** Cut: phones show little. */
  readonly content: Content;
  readonly push?: PushInfo;
  readonly isMention: boolean;
  readonly expiresAtMs?: number;
}

/** A device that the push has reached, or never will. */
export interface SettledTarget {
  readonly isSent: boolean;
  readonly providerMessageId?: string;
}

export type PushState =
  /** A job of the queue will ask for it. What is delivered meanwhile joins it. */
  | { readonly kind: "waiting" }
  /** A dispatcher has it; it shows the message `shown`. */
  | { readonly kind: "taken"; readonly shown: number }
  /** Devices show it. */
  | { readonly kind: "sent"; readonly shown: number }
  /** A job will take it back from the devices that have it. */
  | { readonly kind: "withdrawing"; readonly shown: number };

/** About a session: its messages that are not read, the oldest first, as far as a push may need them. */
export interface SessionPush {
  readonly kind: "session";
  readonly messages: readonly Shown[];
}

/** What a server of the app wants to be shown. */
export interface DirectPush {
  readonly kind: "direct";
  readonly notification: PushNotification;
}

export interface Push {
  readonly state: PushState;
  readonly about: SessionPush | DirectPush;
  /** By the id of their token. */
  readonly settled: Readonly<Record<string, SettledTarget>>;
  /** Devices that show an earlier push of the subject, until this one takes its place there. */
  readonly earlier?: Readonly<Record<string, SettledTarget>>;
}

/** At most one for each subject: a session, or the packId of what a server said. */
export interface PushRow {
  readonly subject: string;
  /** Of this push; a newer one of the subject takes its place. */
  readonly number: number;
  readonly expiresAtMs: number;
  readonly push: Push;
}
