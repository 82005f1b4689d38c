import type { Presence as PresenceOf } from "../protocol/frames/device.ts";
import { MAX_USERS_AT_ONCE } from "../protocol/limits.ts";
import type { Requests } from "./requests.ts";

/** Who of the user's friends is online. The server forgets with each connection whom it is asked for; this does not. */
export class Presence {
  readonly #requests: Requests;
  readonly #tell: (presence: PresenceOf) => void;
  readonly #users = new Set<string>();

  constructor(requests: Requests, tell: (presence: PresenceOf) => void) {
    this.#requests = requests;
    this.#tell = tell;
  }

  /**
   * How it is now, for those among them who have the user as a friend; changes come as `presence` events, until
   * `unsubscribe`. At most 100 users at once.
   */
  async subscribe(userIds: readonly string[]): Promise<PresenceOf[]> {
    const { presences } = await this.#requests.ask({ type: "presence.subscribe", userIds });
    for (const userId of userIds) this.#users.add(userId);
    return presences;
  }

  async unsubscribe(userIds: readonly string[]): Promise<void> {
    for (const userId of userIds) this.#users.delete(userId);
    await this.#requests.ask({ type: "presence.unsubscribe", userIds });
  }

  /** On a new connection: subscribes again, and tells how it is now. */
  online(): void {
    const users = [...this.#users];
    while (users.length > 0) void this.#renew(users.splice(0, MAX_USERS_AT_ONCE));
  }

  async #renew(userIds: readonly string[]): Promise<void> {
    try {
      const { presences } = await this.#requests.ask({ type: "presence.subscribe", userIds });
      for (const presence of presences) this.#tell(presence);
    } catch {
      // The next connection tries again.
    }
  }
}
