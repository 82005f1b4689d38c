import type { HttpResponse } from "../../http.ts";
import { messageEnvelope, withdrawalEnvelope } from "../envelope.ts";
import { outcomeOfFailure } from "../failure.ts";
import { fitPayload } from "../fit.ts";
import { shortName, uuidOf } from "../names.ts";
import {
  PUSH_TIMEOUT_MS,
  type PushBatch,
  type PushMessage,
  type PushOutcome,
  type PushPorts,
  type PushProvider,
  type PushTarget,
  type PushWithdrawal,
} from "../provider.ts";
import { apnsOutcome } from "./answer.ts";
import { type ApnsKey, ApnsToken } from "./token.ts";

export interface ApnsSettings {
  /** By bundle id, which is the topic too. */
  readonly apps: ReadonlyMap<string, ApnsKey>;
  /** A gateway or a simulator instead of Apple's servers. It is spoken to in HTTP/1.1 where the host cannot do better. */
  readonly productionUrl?: string;
  readonly sandboxUrl?: string;
}

const PRODUCTION_URL = "https://api.push.apple.com";
const SANDBOX_URL = "https://api.sandbox.push.apple.com";
const MAX_PAYLOAD_BYTES = 4096;
const MAX_COLLAPSE_ID_BYTES = 64;
/** A token registered after Apple saw it die may not have come round yet. */
const REREGISTERED_PAUSE_MS = 60_000;

interface Request {
  readonly id: string;
  readonly target: PushTarget;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** Apple Push Notification service, with provider tokens. */
export class ApnsProvider implements PushProvider {
  readonly name = "apns";
  readonly maxBatch = 1;
  readonly #settings: ApnsSettings;
  readonly #ports: PushPorts;
  readonly #tokens = new Map<string, ApnsToken>();

  constructor(settings: ApnsSettings, ports: PushPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  send({ message, targets }: PushBatch): Promise<PushOutcome[]> {
    const payload = fitPayload(message, MAX_PAYLOAD_BYTES, alertPayload);
    const headers = this.#headers("alert", message);
    return Promise.all(targets.map((target) => this.#push({ id: message.id, target, headers, payload })));
  }

  /** The app removes what it shows; what the device has not got yet is replaced on the way. */
  withdraw(withdrawal: PushWithdrawal): Promise<PushOutcome[]> {
    const payload = JSON.stringify({
      aps: { "content-available": 1, badge: withdrawal.badge },
      parley: withdrawalEnvelope(withdrawal),
    });
    const headers = this.#headers("background", { ...withdrawal, priority: "normal" });
    return Promise.all(
      withdrawal.targets.map(({ target }) => this.#push({ id: withdrawal.id, target, headers, payload })),
    );
  }

  #headers(
    type: "alert" | "background",
    push: Pick<PushMessage, "ttlSeconds" | "priority" | "collapseId">,
  ): Record<string, string> {
    const nowSeconds = Math.floor(this.#ports.clock.nowMs() / 1000);
    return {
      "content-type": "application/json",
      "apns-push-type": type,
      "apns-priority": push.priority === "high" ? "10" : "5",
      // 0 asks for one try and no keeping.
      "apns-expiration": push.ttlSeconds > 0 ? String(nowSeconds + push.ttlSeconds) : "0",
      "apns-collapse-id": shortName(push.collapseId, MAX_COLLAPSE_ID_BYTES),
    };
  }

  async #push(request: Request): Promise<PushOutcome> {
    const { target } = request;
    const key = this.#settings.apps.get(target.packageName);
    if (key === undefined) return { kind: "configError", reason: "apns:unknown-package" };
    if (target.address.kind !== "token") return { kind: "dropToken", reason: "apns:no-token" };
    const token = this.#tokenOf(key);
    try {
      const bearer = await token.value();
      const outcome = apnsOutcome(await this.#post(request, target.address.token, { bearer, key }));
      if (outcome.kind === "dropToken") return keptIfRegisteredSince(outcome, target);
      if (outcome.kind !== "refreshCredential" || token.refused(bearer)) return outcome;
      return { kind: "configError", reason: `${outcome.reason}:clock` };
    } catch (error) {
      return outcomeOfFailure(error);
    }
  }

  #post(request: Request, token: string, { bearer, key }: { bearer: string; key: ApnsKey }): Promise<HttpResponse> {
    const { target, headers, payload: body } = request;
    const { productionUrl = PRODUCTION_URL, sandboxUrl = SANDBOX_URL } = this.#settings;
    return this.#ports.http({
      method: "POST",
      url: `${target.sandbox ? sandboxUrl : productionUrl}/3/device/${encodeURIComponent(token)}`,
      headers: {
        ...headers,
        authorization: `bearer ${bearer}`,
        "apns-topic": target.packageName,
        "apns-id": uuidOf(request.id, target.tokenId),
      },
      body,
      timeoutMs: PUSH_TIMEOUT_MS,
      http2: true,
      connection: `${key.teamId}.${key.keyId}`,
    });
  }

  /** Of a key and not of an app: apps of a team share their key, and Apple counts the tokens of each. */
  #tokenOf(key: ApnsKey): ApnsToken {
    const name = `${key.teamId}.${key.keyId}`;
    const known = this.#tokens.get(name);
    if (known !== undefined) return known;
    const fresh = new ApnsToken(key, this.#ports.clock);
    this.#tokens.set(name, fresh);
    return fresh;
  }
}

function keptIfRegisteredSince(outcome: PushOutcome & { kind: "dropToken" }, target: PushTarget): PushOutcome {
  const { invalidSinceMs, reason } = outcome;
  if (invalidSinceMs === undefined || target.registeredAtMs <= invalidSinceMs) return outcome;
  return { kind: "retry", reason, afterMs: REREGISTERED_PAUSE_MS };
}

function alertPayload(message: PushMessage): string {
  const { title, body, badge, sessionId, sound, category } = message;
  return JSON.stringify({
    aps: {
      alert: { title, body },
      badge,
      ...(sound !== undefined && { sound }),
      ...(category !== undefined && { category }),
      "thread-id": sessionId,
      // A service extension of the app may change what is shown before it is.
      "mutable-content": 1,
    },
    parley: messageEnvelope(message),
  });
}
