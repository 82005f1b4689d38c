import { z } from "zod";
import type { PackId } from "../ids.ts";
import { PushData } from "../message-parts.ts";
import { PUSH_PROVIDER_NAMES, type PushProviderName } from "../push-provider-name.ts";

/** What is shown, already localised for its targets and stripped of what must stay private. */
export interface PushMessage {
  /** Of this push, the same in every retry. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** The user's exact total of unread messages. */
  readonly badge: number;
  /** The newest message that it is about; neither for a push that an app's server makes. */
  readonly sessionId?: string;
  readonly seqId?: number;
  /** What the app opens on a tap. */
  readonly uri?: string;
  /** For the app, under names of its own. */
  readonly data: Readonly<Record<string, string>>;
  /** A later push with the same id takes the place of this one; a withdrawal finds it by that. */
  readonly collapseId: string;
  /** From now, how long the provider may hold it for a device that it cannot reach. */
  readonly ttlSeconds: number;
  readonly priority: "high" | "normal";
  /** Which actions the app offers on it; on Android, its channel. */
  readonly category?: string;
  /** Name of a sound of the app; `"default"` for the system's, absent for silence. */
  readonly sound?: string;
}

/** Where a provider finds a device. */
export type PushAddress =
  | { readonly kind: "token"; readonly token: string }
  /** Web Push: keys as the browser gives them, in base64url. */
  | { readonly kind: "subscription"; readonly endpoint: string; readonly p256dh: string; readonly auth: string };

export interface PushTarget {
  /** Of the registration in the user's mailbox. */
  readonly tokenId: string;
  readonly address: PushAddress;
  /** Bundle id, package name or, for Web Push, the site: which credentials to send with. */
  readonly packageName: string;
  /** A development build: APNs has servers of its own for it. */
  readonly sandbox: boolean;
  readonly locale?: string;
  /** When the device last registered the token, in ms since 1970. */
  readonly registeredAtMs: number;
}

/** A registered device, and through whom it is reached. */
export interface PushDevice extends PushTarget {
  readonly provider: PushProviderName;
}

/** A message that was pushed and has been recalled since. */
export interface PushWithdrawal<Target extends PushTarget = PushTarget> {
  readonly id: string;
  readonly collapseId: string;
  readonly sessionId: string;
  readonly seqId: number;
  /** The total of unread messages without it. */
  readonly badge: number;
  /** How long the order may wait for a device that cannot be reached. */
  readonly ttlSeconds: number;
  readonly targets: readonly { readonly target: Target; readonly providerMessageId?: string }[];
}

/** `reason` is the provider's own code or word, never its prose: it goes into logs and metrics. */
export type PushOutcome =
  | { readonly kind: "sent"; readonly providerMessageId?: string }
  /** The address is dead. It stays if it was registered again after `invalidSinceMs`. */
  | { readonly kind: "dropToken"; readonly reason: string; readonly invalidSinceMs?: number }
  /** Nothing wrong with the message: again later, not before `afterMs` where the provider said so. */
  | { readonly kind: "retry"; readonly reason: string; readonly afterMs?: number }
  /** The credential was refused and is forgotten: again at once, with a new one. Twice in a row is a `configError`. */
  | { readonly kind: "refreshCredential"; readonly reason: string }
  /** An operator has to act (key, package, permission); until then every push of the package fails alike. */
  | { readonly kind: "configError"; readonly reason: string }
  /** This message cannot be sent to this device, ever. */
  | { readonly kind: "giveUp"; readonly reason: string };

const texts = { title: z.string().max(128), body: z.string().max(1_024) };

/** What a server of the app shows a user on their phones, without a message. */
export const PushNotification = z.object({
  ...texts,
  /** Instead, for devices with these languages: `zh`, or more exactly `zh-Hant`. */
  translations: z.record(z.string().max(35), z.object(texts).partial()).optional(),
  /** `{name}` in a text is replaced by its value. */
  values: z.record(z.string().regex(/^\w{1,64}$/), z.string().max(512)).optional(),
  uri: z.string().max(1_024).optional(),
  data: PushData.optional(),
  /** Only devices that are reached through these. */
  providers: z.array(z.enum(PUSH_PROVIDER_NAMES)).min(1).optional(),
  /** A later push with the same id takes the place of this one. */
  collapseId: z.string().min(1).max(64).optional(),
  ttlSeconds: z
    .int()
    .min(0)
    .max(28 * 86_400)
    .optional(),
  priority: z.enum(["high", "normal"]).optional(),
  category: z.string().max(64).optional(),
  sound: z.string().max(64).optional(),
  /** Also within the user's quiet hours. */
  urgent: z.literal(true).optional(),
});
export type PushNotification = z.infer<typeof PushNotification>;

/** From a job of `POST /v1/push`. Answers with nothing; the same packId is the same push. */
export interface PushNotifyCall {
  readonly type: "push.notify";
  readonly packId: PackId;
  readonly notification: PushNotification;
}

/** One step in the life of a push, for support. It says nothing of what was shown. */
export const PushRecord = z.object({
  id: z.int(),
  /** ms since 1970 */
  at: z.int(),
  pushId: z.string().optional(),
  sessionId: z.string().optional(),
  seqId: z.int().optional(),
  /**
   * `skipped`: not sent after all, `reason` says why · `withdrawn`: taken back from devices · `delivered`, `clicked`, `failed`: what the
   * provider said afterwards · the others: what became of it at a device.
   */
  event: z.enum([
    "skipped",
    "sent",
    "dropToken",
    "retry",
    "refreshCredential",
    "configError",
    "giveUp",
    "withdrawn",
    "delivered",
    "clicked",
    "failed",
  ]),
  provider: z.enum(PUSH_PROVIDER_NAMES).optional(),
  tokenId: z.string().optional(),
  reason: z.string().optional(),
  providerMessageId: z.string().optional(),
});
export type PushRecord = z.infer<typeof PushRecord>;

/** A page of the user's push log, the newest first. */
export interface PushLogCall {
  readonly type: "push.log";
  /** Records before this id. */
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}
export const PushLogPage = z.object({ records: z.array(PushRecord), more: z.boolean() });
export type PushLogPage = z.infer<typeof PushLogPage>;

/** Calls of the dispatcher to the mailbox whose user is to be pushed to. */
export type PushCall =
  /** What is to be sent now, for a job of the queue. Answers with `PushTaken`; may be repeated. */
  | { readonly type: "push.take"; readonly pushId: string }
  /** What became of what was taken. Answers with `PushSettled`; may be repeated. */
  | { readonly type: "push.settle"; readonly pushId: string; readonly results: readonly PushResult[] }
  /** What a vendor said afterwards. Answers with nothing; may be repeated. */
  | { readonly type: "push.receipt"; readonly provider: PushProviderName; readonly receipts: readonly PushReceipt[] };

/** The mailbox decides when it is asked: what was recalled, read or seen meanwhile is not sent any more. */
export type PushTaken =
  | { readonly kind: "nothing" }
  | {
      readonly kind: "send";
      /** One for each text: devices differ in their languages. Targets are those that are not settled yet. */
      readonly parts: readonly PushPart[];
      /** Not to be tried after that. */
      readonly expiresAtMs: number;
    }
  | {
      readonly kind: "withdraw";
      readonly withdrawal: PushWithdrawal<PushDevice>;
      readonly expiresAtMs: number;
    };

/** One message to devices of several providers and packages. */
export interface PushPart {
  readonly message: PushMessage;
  readonly targets: readonly PushDevice[];
}

/**
 * `sent`, `giveUp` and `dropToken` settle a target; the last forgets its token as well. Anything else goes into the log, and
 * the target is there at the next `push.take`.
 */
export interface PushResult {
  readonly tokenId: string;
  readonly outcome: PushOutcome;
}

export interface PushSettled {
  /** Targets that are left; the push is over without any. */
  readonly left: number;
}

/** What became of one push on one device, as its vendor posts it. */
export interface PushReceipt {
  readonly kind: "delivered" | "clicked" | "failed";
  /** The vendor's id, as `providerMessageId` of the push that was sent. */
  readonly messageId: string;
  /** Our id of the push, where the vendor carried it back. */
  readonly pushId?: string;
  readonly token?: string;
  /** In ms since 1970. */
  readonly atMs: number;
  /** The vendor's code of a failure. */
  readonly reason?: string;
  /** The vendor says that the token will never work again. */
  readonly isTokenDead: boolean;
}
