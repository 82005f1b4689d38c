import { appRoom, hookRoom } from "../../src/kernel/room-name.ts";
import { endpointIdOf } from "../../src/protocol/endpoint-id.ts";
import type { EndpointId, UserId } from "../../src/protocol/ids.ts";
import type { AppSettings } from "../../src/protocol/rpc/app-settings.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import type { WebhookJob } from "../../src/protocol/rpc/queue-job.ts";
import type { WebhookFamily } from "../../src/protocol/webhook.ts";
import type { Verdict } from "../../src/queues/consumer.ts";
import { WebhookConsumer } from "../../src/queues/webhook/webhook-consumer.ts";
import { app, pack } from "./names.ts";
import type { World } from "./world.ts";

/** Makes an endpoint of the app, which wants these events from now on. */
export function subscribe(world: World, events: WebhookFamily[], bot?: UserId): EndpointId {
  const endpointId = endpointIdOf(app, pack(events.join("-")));
  const settings = { url: `https://${events.join("-")}.example/`, events };
  unwrap(world.call(hookRoom(app, endpointId), { type: "hook.create", settings, secret: "whsec_one" }));
  const value = { events, since: world.nowMs, ...(bot === undefined ? {} : { bot }) };
  unwrap(world.call(appRoom(app), { type: "app.set", section: "webhook", id: endpointId, value }));
  return endpointId;
}

/** Works on the jobs for endpoints that there are. */
export function workOnWebhooks(world: World): Promise<readonly Verdict[]> {
  const settings = () => unwrap(world.call(appRoom(app), { type: "app.settings" })) as AppSettings; // SAFETY: what it answers with
  const consumer = new WebhookConsumer({
    call: async (room, call) => world.call(room, call),
    settings: async () => settings(),
  });
  const jobs = world.jobsOf("webhook").splice(0) as WebhookJob[]; // SAFETY: only those are in this queue
  return consumer.consume(jobs.map((job) => ({ job, attempts: 1 })));
}
