import { base64url } from "jose";
import { isPushEndpoint } from "../../../protocol/push-endpoint.ts";
import type { Credential } from "../credential.ts";
import { messageEnvelope, withdrawalEnvelope } from "../envelope.ts";
import { outcomeOfFailure, PushFailure } from "../failure.ts";
import { fitPayload } from "../fit.ts";
import { digestName } from "../names.ts";
import {
  PUSH_TIMEOUT_MS,
  type PushAddress,
  type PushBatch,
  type PushMessage,
  type PushOutcome,
  type PushPorts,
  type PushProvider,
  type PushTarget,
  type PushWithdrawal,
} from "../provider.ts";
import { webPushOutcome } from "./answer.ts";
import { encrypt, MAX_PLAINTEXT_BYTES, type Receiver } from "./encrypt.ts";
import { type VapidKeys, vapidCredential } from "./vapid.ts";

export interface WebPushSettings {
  /** By the site's name in registrations. */
  readonly apps: ReadonlyMap<string, VapidKeys>;
  /** Where endpoints may be, if not at the services that are known; see {@link isPushEndpoint}. */
  readonly services?: readonly string[];
}

const MAX_TOPIC_LENGTH = 32;
/** Plaintexts are padded to the next of these, so that a push service cannot tell a short message from a shorter one. */
const PADDED_BYTES = [256, 512, 1024, 2048, MAX_PLAINTEXT_BYTES];
/** Tokens are per origin of a push service, and some services have many hosts. */
const MAX_CREDENTIALS = 256;

interface Push {
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Push to browsers, through the service that each browser chose. */
export class WebPushProvider implements PushProvider {
  readonly name = "webpush";
  readonly maxBatch = 1;
  readonly #settings: WebPushSettings;
  readonly #ports: PushPorts;
  readonly #credentials = new Map<string, Credential>();

  constructor(settings: WebPushSettings, ports: PushPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  send({ message, targets }: PushBatch): Promise<PushOutcome[]> {
    const payload = fitPayload(message, MAX_PLAINTEXT_BYTES, payloadOf);
    const push = { payload, headers: headersOf(message, message.priority) };
    return Promise.all(targets.map((target) => this.#push(target, push)));
  }

  /** The service worker closes the notification with this tag; a push that still waits at the service is replaced. */
  withdraw(withdrawal: PushWithdrawal): Promise<PushOutcome[]> {
    const payload = JSON.stringify({ parley: withdrawalEnvelope(withdrawal) });
    const push = { payload, headers: headersOf(withdrawal, "normal") };
    return Promise.all(withdrawal.targets.map(({ target }) => this.#push(target, push)));
  }

  async #push({ packageName, address }: PushTarget, { payload, headers }: Push): Promise<PushOutcome> {
    const keys = this.#settings.apps.get(packageName);
    if (keys === undefined) return { kind: "configError", reason: "webpush:unknown-package" };
    if (address.kind !== "subscription" || !isPushEndpoint(address.endpoint, this.#settings.services)) {
      return { kind: "dropToken", reason: "webpush:bad-endpoint" };
    }
    const credential = this.#credentialOf(keys, new URL(address.endpoint).origin);
    try {
      const authorization = await credential.value();
      const body = await sealed(payload, address);
      const response = await this.#ports.http({
        method: "POST",
        url: address.endpoint,
        headers: { ...headers, authorization },
        body,
        timeoutMs: PUSH_TIMEOUT_MS,
        http2: false,
      });
      const outcome = webPushOutcome(response, this.#ports.clock.nowMs());
      if (outcome.kind === "refreshCredential") credential.refused(authorization);
      return outcome;
    } catch (error) {
      return outcomeOfFailure(error);
    }
  }

  #credentialOf(keys: VapidKeys, origin: string): Credential {
    const name = `${keys.publicKey} ${origin}`;
    const known = this.#credentials.get(name);
    if (known !== undefined) return known;
    if (this.#credentials.size >= MAX_CREDENTIALS) this.#credentials.clear();
    const fresh = vapidCredential(keys, origin, this.#ports.clock);
    this.#credentials.set(name, fresh);
    return fresh;
  }
}

function headersOf(push: Pick<PushMessage, "collapseId" | "ttlSeconds">, urgency: PushMessage["priority"]) {
  return {
    "content-type": "application/octet-stream",
    "content-encoding": "aes128gcm",
    ttl: String(push.ttlSeconds),
    urgency,
    topic: digestName(push.collapseId, MAX_TOPIC_LENGTH),
  };
}

function payloadOf(message: PushMessage): string {
  const { title, body, category, sound } = message;
  return JSON.stringify({
    title,
    body,
    ...(category !== undefined && { category }),
    silent: sound === undefined,
    parley: messageEnvelope(message),
  });
}

async function sealed(payload: string, address: PushAddress & { kind: "subscription" }) {
  const plaintext = new TextEncoder().encode(payload);
  const paddedBytes = PADDED_BYTES.find((size) => size >= plaintext.length) ?? plaintext.length;
  try {
    return await encrypt(plaintext, receiverOf(address), { paddedBytes });
  } catch (cause) {
    throw new PushFailure({ kind: "dropToken", reason: "webpush:unusable-keys" }, cause);
  }
}

function receiverOf({ p256dh, auth }: { readonly p256dh: string; readonly auth: string }): Receiver {
  return { p256dh: new Uint8Array(base64url.decode(p256dh)), auth: new Uint8Array(base64url.decode(auth)) };
}
