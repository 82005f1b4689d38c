import type { Entry } from "../../protocol/entry.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { logEventOf } from "../../protocol/log-event.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";

/** Tells a bot's endpoint what its user's devices would see of their sessions, without what the bot itself sent. */
export class BotEvents implements MailboxFeature {
  readonly name = "botEvents";
  readonly #mailbox: Mailbox;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  /** Each endpoint knows the entries that it has: a delivery that comes again adds nothing there. */
  delivered(sessionId: string, entries: readonly Entry[]): void {
    const { webhooks, me } = this.#mailbox;
    for (const [endpointId, { events: families, since }] of webhooks.ofBot()) {
      const told = entries
        .filter(({ from, timestamp }) => from !== me && timestamp >= since)
        .map((entry) => logEventOf(sessionId as SessionId, entry)) // SAFETY: only sessions deliver
        .filter(({ family }) => families.includes(family));
      webhooks.put(
        endpointId,
        told.map(({ event }) => event),
      );
    }
  }
}
