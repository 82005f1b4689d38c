import type { Clock, Random } from "../../kernel/ports.ts";
import type { PushProviderName } from "../../protocol/push-provider-name.ts";
import type { Http } from "../http.ts";

/** What is shown, already localised for its targets and stripped of what must stay private. */
export interface PushMessage {
  /** Of this push, the same in every retry. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** The user's exact total of unread messages. */
  readonly badge: number;
  readonly sessionId: string;
  readonly seqId: number;
  /** What the app opens on a tap. */
  readonly uri?: string;
  /** For the app, under names of its own. */
  readonly data: Readonly<Record<string, string>>;
  /** A later push with the same id takes the place of this one; {@link PushProvider.withdraw} finds it by that. */
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

/** One message to devices of one provider, of one package and of one locale. */
export interface PushBatch {
  readonly message: PushMessage;
  /** At most {@link PushProvider.maxBatch}. */
  readonly targets: readonly PushTarget[];
}

/** A message that was pushed and has been recalled since. */
export interface PushWithdrawal {
  readonly id: string;
  readonly collapseId: string;
  readonly sessionId: string;
  readonly seqId: number;
  /** The total of unread messages without it. */
  readonly badge: number;
  /** How long the order may wait for a device that cannot be reached. */
  readonly ttlSeconds: number;
  readonly targets: readonly { readonly target: PushTarget; readonly providerMessageId?: string }[];
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

export interface PushProvider {
  readonly name: PushProviderName;
  /** Targets that one request carries. */
  readonly maxBatch: number;
  /** One outcome per target, in their order. What the provider answers never makes it throw. */
  send(batch: PushBatch): Promise<readonly PushOutcome[]>;
  /** Takes back what may still be shown, where the provider can. */
  withdraw?(withdrawal: PushWithdrawal): Promise<readonly PushOutcome[]>;
}

export interface PushPorts {
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
}

/** For connecting, sending and the whole answer. */
export const PUSH_TIMEOUT_MS = 10_000;
