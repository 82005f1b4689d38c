import { z } from "zod";
import { EndpointId } from "../protocol/ids.ts";
import { MAX_PAGE_LIMIT } from "../protocol/limits.ts";
import type { ReplayStarted, TestResult } from "../protocol/rpc/hook-call.ts";
import { WebhookDeliveries } from "../protocol/webhook.ts";
import type { Deps } from "./deps.ts";
import { once } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { count, newRouter } from "./router.ts";
import { askEndpoint } from "./webhook-routes.ts";

const DEFAULT_LIMIT = 50;
const given = { tag: "Webhooks", access: "server", errors: ["NO_SUCH_ENDPOINT"] } as const;
const params = z.object({ endpointId: EndpointId });
const id = "msg_Y8PSH5V39X4DXJ2TBQFPVYYH0X_mtd0lxq8_42";

const listDeliveries = operation({
  ...given,
  method: "get",
  path: "/webhooks/{endpointId}/deliveries",
  id: "listWebhookDeliveries",
  summary: "List the events of an endpoint, the newest first",
  description: "With how far each got. They are kept for 7 days. The next page: `before` the number of the last one.",
  request: {
    params,
    query: z.object({ before: count(1).optional(), limit: count(1, MAX_PAGE_LIMIT).optional() }),
  },
  answer: WebhookDeliveries,
  answerExample: {
    deliveries: [
      {
        ...{ id, number: 42, type: "message.sent", lane: "session/SC_alice_bob", at: 1_790_000_000_000 },
        ...{ state: "delivered", attempts: 1, last: { at: 1_790_000_000_020, tookMs: 18, status: 204 } },
      },
    ],
    more: false,
  },
});

const replayWebhook = operation({
  ...given,
  method: "post",
  path: "/webhooks/{endpointId}/replay",
  id: "replayWebhook",
  summary: "Have events delivered again",
  description: "Those that came at `since` or later, in order and with their ids, before what comes now.",
  request: { params, body: z.object({ since: z.int().min(0) }) },
  example: { since: 1_790_000_000_000 },
  answer: z.object({ events: z.int() }),
  answerExample: { events: 12 },
});

const testWebhook = operation({
  ...given,
  method: "post",
  path: "/webhooks/{endpointId}/test",
  id: "testWebhook",
  summary: "Send a test event",
  description: "An event `endpoint.test` like any other: the deliveries tell what became of it.",
  request: { params },
  answer: z.object({ id: z.string() }),
  answerExample: { id },
});

/** What endpoints were told, and telling them again. */
export function webhookLogRoutes(deps: Deps) {
  const about = deps.config.noticeSender;
  return newRouter()
    .openapi(listDeliveries, async (c) => {
      const { before, limit = DEFAULT_LIMIT } = c.req.valid("query");
      const call = { type: "hook.deliveries", before, limit } as const;
      const page = await askEndpoint(deps, c, c.req.valid("param").endpointId, call);
      return c.json(page as WebhookDeliveries, 200); // SAFETY: what it answers with
    })
    .openapi(replayWebhook, async (c) => {
      const { endpointId } = c.req.valid("param");
      const asked = c.req.valid("json");
      // SAFETY: what it answers with
      const work = async () =>
        (await askEndpoint(deps, c, endpointId, { type: "hook.replay", ...asked })) as ReplayStarted;
      return c.json(await once(deps, c, { about, asked, work }), 200);
    })
    .openapi(testWebhook, async (c) => {
      const { endpointId } = c.req.valid("param");
      const work = async () => (await askEndpoint(deps, c, endpointId, { type: "hook.test" })) as TestResult; // SAFETY: what it answers with
      return c.json(await once(deps, c, { about, asked: {}, work }), 200);
    });
}
