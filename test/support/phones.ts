import { setTimeout as sleep } from "node:timers/promises";
import type { SeenPush } from "../../src/hosts/native/push-simulator/desk.ts";
import type { FaultOrder } from "../../src/hosts/native/push-simulator/faults.ts";
import type { PushProviderName } from "../../src/protocol/push-provider-name.ts";
import type { PushRecord } from "../../src/protocol/rpc/push-call.ts";
import { api } from "./api.ts";

const POLL_MS = 20;

export interface PhoneOptions {
  /** Of the server. */
  readonly url: string;
  /** Of the desk of simulated phones. */
  readonly desk: string;
  readonly userId: string;
  readonly provider: PushProviderName;
}

/** A user's simulated phone, registered with the server. */
export class Phone {
  readonly tokenId: string;
  readonly #options: PhoneOptions;
  /** As the simulator calls it. */
  readonly #token: string;

  private constructor(options: PhoneOptions, ids: { tokenId: string; token: string }) {
    this.#options = options;
    this.tokenId = ids.tokenId;
    this.#token = ids.token;
  }

  static async of(options: PhoneOptions): Promise<Phone> {
    const { url, desk, userId, provider } = options;
    const registration = await (await fetch(`${desk}/phones/${provider}?user=${userId}`, { method: "POST" })).json();
    const { token, subscription } = registration;
    const body = { ...registration, deviceId: `phone-${provider}` };
    const registered = await api(url, `/v1/users/${userId}/push-tokens`, { body });
    if (registered.status !== 200) throw new Error(`not registered: ${JSON.stringify(registered.body)}`);
    const name = token ?? subscription.endpoint.split("/").at(-1);
    return new Phone(options, { tokenId: registered.body.tokenId, token: name });
  }

  /** From now on, what the vendor does with pushes to this phone. */
  async order(order: Omit<FaultOrder, "token">): Promise<void> {
    const { desk, provider } = this.#options;
    const body = JSON.stringify({ ...order, token: this.#token });
    await fetch(`${desk}/faults/${provider}`, { method: "POST", body });
  }

  async seen(): Promise<readonly SeenPush[]> {
    const answer = await fetch(`${this.#options.desk}/seen?token=${this.#token}`);
    return ((await answer.json()) as { seen: readonly SeenPush[] }).seen; // SAFETY: what the desk answers
  }

  /** Polls, as there is nothing that tells, until the phone has shown, or taken back, so many. */
  async until(count: number): Promise<readonly SeenPush[]> {
    for (;;) {
      const seen = await this.seen();
      if (seen.length >= count) return seen;
      await sleep(POLL_MS);
    }
  }
}

/** Polls a user's push log until it tells of an event; answers with all of it, the newest first. */
export async function logUntil(
  url: string,
  userId: string,
  event: PushRecord["event"],
): Promise<readonly PushRecord[]> {
  for (;;) {
    const { body } = await api(url, `/v1/users/${userId}/push-log`);
    if (body.records.some((record) => record.event === event)) return body.records;
    await sleep(POLL_MS);
  }
}
