import type { Devices } from "./devices.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";

/** Who reconnects within this time was never away. */
const GRACE_MS = 10_000;

/** Tells the app's endpoints when the user comes online, and when they are gone for good. */
export class ToldPresence implements MailboxFeature {
  readonly name = "toldPresence";
  readonly #mailbox: Mailbox;
  readonly #devices: Devices;

  constructor(mailbox: Mailbox, devices: Devices) {
    this.#mailbox = mailbox;
    this.#devices = devices;
  }

  opened(): void {
    this.#review();
  }

  closed(): void {
    this.#review();
  }

  alarm(): void {
    this.#review();
  }

  /** After a crash the next alarm or connection finds what nobody could tell then. */
  #review(): void {
    const { webhooks, desk, clock, effects } = this.#mailbox;
    if (!webhooks.wants("presence")) return;
    const isOnline = desk.connections().length > 0;
    if (isOnline === webhooks.isToldOnline) return;
    const nowMs = clock.nowMs();
    const waitMs = isOnline ? 0 : this.#devices.lastSeenAt() + GRACE_MS - nowMs;
    // A clock that was put back must not make the wait longer than any is.
    if (waitMs > 0 && waitMs <= GRACE_MS) effects.wakeAt(nowMs + waitMs);
    else webhooks.presence(isOnline, isOnline ? nowMs : this.#devices.lastSeenAt());
  }
}
