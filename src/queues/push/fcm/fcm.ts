import type { Credential } from "../credential.ts";
import { outcomeOfFailure } from "../failure.ts";
import {
  PUSH_TIMEOUT_MS,
  type PushBatch,
  type PushOutcome,
  type PushPorts,
  type PushProvider,
  type PushTarget,
  type PushWithdrawal,
} from "../provider.ts";
import { accessToken, type ServiceAccount } from "./access-token.ts";
import { fcmOutcome } from "./answer.ts";
import { fcmMessage, fcmWithdrawal } from "./message.ts";

export interface FcmSettings {
  /** By package name. */
  readonly apps: ReadonlyMap<string, ServiceAccount>;
  /** A simulator instead of Google's server. */
  readonly baseUrl?: string;
}

const BASE_URL = "https://fcm.googleapis.com";

/** Firebase Cloud Messaging, HTTP v1. */
export class FcmProvider implements PushProvider {
  readonly name = "fcm";
  readonly maxBatch = 1;
  readonly #settings: FcmSettings;
  readonly #ports: PushPorts;
  readonly #credentials = new Map<string, Credential>();

  constructor(settings: FcmSettings, ports: PushPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  send({ message, targets }: PushBatch): Promise<PushOutcome[]> {
    const content = fcmMessage(message, this.#ports.clock.nowMs());
    return Promise.all(targets.map((target) => this.#push(target, content)));
  }

  withdraw(withdrawal: PushWithdrawal): Promise<PushOutcome[]> {
    const content = fcmWithdrawal(withdrawal, this.#ports.clock.nowMs());
    return Promise.all(withdrawal.targets.map(({ target }) => this.#push(target, content)));
  }

  async #push(target: PushTarget, content: object): Promise<PushOutcome> {
    const account = this.#settings.apps.get(target.packageName);
    if (account === undefined) return { kind: "configError", reason: "fcm:unknown-package" };
    if (target.address.kind !== "token") return { kind: "dropToken", reason: "fcm:no-token" };
    const credential = this.#credentialOf(account);
    try {
      const bearer = await credential.value();
      const response = await this.#ports.http({
        method: "POST",
        url: `${this.#settings.baseUrl ?? BASE_URL}/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`,
        headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
        body: JSON.stringify({ message: { token: target.address.token, ...content } }),
        timeoutMs: PUSH_TIMEOUT_MS,
        http2: false,
      });
      const outcome = fcmOutcome(response, this.#ports.clock.nowMs());
      if (outcome.kind === "refreshCredential") credential.refused(bearer);
      return outcome;
    } catch (error) {
      return outcomeOfFailure(error);
    }
  }

  #credentialOf(account: ServiceAccount): Credential {
    const known = this.#credentials.get(account.client_email);
    if (known !== undefined) return known;
    const fresh = accessToken(account, this.#ports);
    this.#credentials.set(account.client_email, fresh);
    return fresh;
  }
}
