import type { PushRegistration, PushSettings, PushToken } from "../protocol/frames/push.ts";
import type { Request, Requests } from "./requests.ts";

/** How this device is reached while nobody looks at the app. */
export class Pushes {
  readonly #requests: Requests;

  #isForeground = true;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Call it whenever the app starts, as tokens change. What another user registered under the token ends. */
  register(registration: PushRegistration): Promise<PushToken> {
    return this.#requests.ask({ type: "device.push", registration });
  }

  /** Without an id: all registrations of this device. Answers how many there were. Logging out does it, too. */
  async unregister(tokenId?: string): Promise<number> {
    return (await this.#requests.ask({ type: "device.pushOff", ...(tokenId !== undefined && { tokenId }) })).removed;
  }

  /** Of all devices of the user. */
  async list(): Promise<PushToken[]> {
    return (await this.#requests.ask({ type: "push.list" })).tokens;
  }

  /** What is given changes, `null` takes it away; answers with all. Without changes it only answers. */
  settings(changes: Request<"push.settings">["settings"] = {}): Promise<PushSettings> {
    return this.#requests.ask({ type: "push.settings", settings: changes });
  }

  /** Whether somebody looks at the app: it is so until this says otherwise. A user is pushed to while none of their devices is in the foreground. */
  async setForeground(foreground: boolean): Promise<void> {
    this.#isForeground = foreground;
    await this.#requests.ask({ type: "device.focus", foreground });
  }

  /** On a new connection, which begins in the foreground. */
  online(): void {
    if (!this.#isForeground) this.#requests.tell({ type: "device.focus", foreground: false });
  }
}
