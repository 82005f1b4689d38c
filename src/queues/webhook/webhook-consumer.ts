import { hookRoom, sessionRoom } from "../../kernel/room-name.ts";
import type { Entry } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { EndpointId } from "../../protocol/ids.ts";
import { logEventOf } from "../../protocol/log-event.ts";
import type { AppSettings, WebhookSubscription } from "../../protocol/rpc/app-settings.ts";
import type { FeedMoved, FeedPage } from "../../protocol/rpc/feed-call.ts";
import { failed, isRefusal, unwrap } from "../../protocol/rpc/outcome.ts";
import type { WebhookJob } from "../../protocol/rpc/queue-job.ts";
import type { SessionCall } from "../../protocol/rpc/session-call.ts";
import { type Delivery, DONE, type QueueConsumer, type QueuePorts, type Verdict } from "../consumer.ts";

/** Pages of one session in a row; then others have their turn. */
const MAX_PAGES = 16;
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

  async consume(batch: readonly Delivery<WebhookJob>[]): Promise<readonly Verdict[]> {
    const verdicts: Verdict[] = [];
    for (let from = 0; from < batch.length; from += MAX_AT_ONCE) {
      const some = batch.slice(from, from + MAX_AT_ONCE);
      verdicts.push(...(await Promise.all(some.map(({ job }) => this.#work(job)))));
    }
    return verdicts;
  }

  /** An outage is nobody's fault, however long it lasts: the job comes again until it is over. */
  async #work(job: WebhookJob): Promise<Verdict> {
    try {
      return await this.#follow(job);
    } catch (error) {
      if (error instanceof ParleyError && !isRefusal(failed(error))) return { kind: "retry" };
      throw error;
    }
  }

  async #follow(job: WebhookJob): Promise<Verdict> {
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { entries } = await this.#ask<FeedPage>(job, { type: "feed.read", reader: "webhook" });
      const { webhooks } = await this.#ports.settings(job.app);
      await Promise.all(wanting(webhooks).map((subscription) => this.#put(job, subscription, entries)));
      const upTo = entries.at(-1)?.seqId ?? 0;
      const { more } = await this.#ask<FeedMoved>(job, { type: "feed.moved", reader: "webhook", upTo });
      if (!more) return DONE;
    }
    return { kind: "retry", afterMs: 0 };
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

  async #ask<Result>({ app, sessionId }: WebhookJob, call: SessionCall): Promise<Result> {
    return unwrap(await this.#ports.call(sessionRoom(app, sessionId), call)) as Result; // SAFETY: what the room answers such a call with
  }
}

type Subscribed = readonly [EndpointId, WebhookSubscription];

/** Bots are told by the mailboxes of their users. */
function wanting(webhooks: AppSettings["webhooks"]): Subscribed[] {
  const all = Object.entries(webhooks) as [EndpointId, WebhookSubscription][]; // SAFETY: its keys are ids of endpoints
  return all.filter(([, { bot }]) => bot === undefined);
}
