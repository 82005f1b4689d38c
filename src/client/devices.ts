import type { Device } from "../protocol/frames/device.ts";
import type { Requests } from "./requests.ts";

/** The user's installs. */
export class Devices {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  async list(): Promise<Device[]> {
    return (await this.#requests.ask({ type: "device.list" })).devices;
  }

  /** Closes its connection for good: the token that it came with is revoked. Answers how many were closed. */
  async kick(deviceId: string): Promise<number> {
    return (await this.#requests.ask({ type: "device.kick", deviceId })).kicked;
  }

  /** All but this one. */
  async kickOthers(): Promise<number> {
    return (await this.#requests.ask({ type: "device.kickOthers" })).kicked;
  }

  /** This one: its token is revoked, and the server forgets it. Afterwards `close`, and destroy the store. */
  async logout(): Promise<void> {
    await this.#requests.ask({ type: "device.logout" });
  }
}
