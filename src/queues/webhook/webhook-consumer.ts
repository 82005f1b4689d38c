import { hookRoom } from "../../kernel/room-name.ts";
import type { Entry } from "../../protocol/entry.ts";
import type { EndpointId } from "../../protocol/ids.ts";
import { logEventOf } from "../../protocol/log-event.ts";
import type { AppSettings, WebhookSubscription } from "../../protocol/rpc/app-settings.ts";
import type { FeedMoved, FeedPage } from "../../protocol/rpc/feed-call.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { WebhookJob } from "../../protocol/rpc/queue-job.ts";
import { type Delivery, DONE, type QueueConsumer, type QueuePorts, type Verdict } from "../consumer.ts";
import { askFeed, followSessions, MAX_PAGES, TURN_IS_OVER } from "../follow-sessions.ts";

/** Sessions of one batch that are worked on at the same time. */
const MAX_AT_ONCE = 16;

/**
 * Brings what is new in a session's log to the rooms of the endpoints that want it, then moves the cursor. Rooms know the events
 * that they have, and post them at a pace of their own: what is slow here is never a receiver.
 */
export class WebhookConsumer implements QueueConsumer<WebhookJob> {
  readonly #ports: Pick<QueuePorts, "call" | "settings">;

  constructor(ports: Pick<QueuePorts, "call" | "settings">) {
    this.#ports = ports;
  }

  consume(batch: readonly Delivery<WebhookJob>[]): Promise<readonly Verdict[]> {
    return followSessions(batch, MAX_AT_ONCE, (job) => this.#follow(job));
  }

  async #follow(job: WebhookJob): Promise<Verdict> {
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { entries } = await askFeed<FeedPage>(this.#ports, job, { type: "feed.read", reader: "webhook" });
      const { webhooks } = await this.#ports.settings(job.app);
      await Promise.all(wanting(webhooks).map((subscription) => this.#put(job, subscription, entries)));
      const upTo = entries.at(-1)?.seqId ?? 0;
      const { more } = await askFeed<FeedMoved>(this.#ports, job, { type: "feed.moved", reader: "webhook", upTo });
      if (!more) return DONE;
    }
    return TURN_IS_OVER;
  }

  async #put(
    { app, sessionId }: WebhookJob,
    [endpointId, { events: families, since }]: Subscribed,
    entries: readonly Entry[],
  ): Promise<void> {
    const events = entries
      .filter(({ timestamp }) => timestamp >= since)
      .map((entry) => logEventOf(sessionId, entry))
      .flatMap(({ family, event }) => (families.includes(family) ? event : []));
    if (events.length > 0) unwrap(await this.#ports.call(hookRoom(app, endpointId), { type: "hook.put", events }));
  }
}

type Subscribed = readonly [EndpointId, WebhookSubscription];

/** Bots are told by the mailboxes of their users. */
function wanting(webhooks: AppSettings["webhooks"]): Subscribed[] {
  const all = Object.entries(webhooks) as [EndpointId, WebhookSubscription][]; // SAFETY: its keys are ids of endpoints
  return all.filter(([, { bot }]) => bot === undefined);
}
