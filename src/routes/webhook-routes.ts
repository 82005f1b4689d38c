import type { Context } from "hono";
import { z } from "zod";
import { appRoom, hookRoom } from "../kernel/room-name.ts";
import { endpointIdOf } from "../protocol/endpoint-id.ts";
import { ParleyError } from "../protocol/errors.ts";
import { Done } from "../protocol/frames/done.ts";
import { type AppId, EndpointId, PackId } from "../protocol/ids.ts";
import type { AppSettings } from "../protocol/rpc/app-settings.ts";
import type { HookCall } from "../protocol/rpc/hook-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { Endpoint, EndpointChange, EndpointSettings, EndpointWithSecret } from "../protocol/webhook.ts";
import { urlFault } from "../queues/webhook/address-guard.ts";
import { secretOf } from "../queues/webhook/signature.ts";
import { requireServer } from "./acting.ts";
import { EXAMPLE_ENDPOINT } from "./components.ts";
import type { Deps } from "./deps.ts";
import { guardPolicyOf } from "./guard-policy.ts";
import { idempotencyKeyOf, packIdOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { actorOf } from "./principal.ts";
import { type Authenticated, newRouter } from "./router.ts";

const MAX_ENDPOINTS = 100;
const SECRET_BYTES = 32;
const DAY_S = 86_400;
const MAX_GRACE_S = 7 * DAY_S;

const given = { tag: "Webhooks", access: "server" } as const;
const ofEndpoint = { ...given, errors: ["NO_SUCH_ENDPOINT"] } as const;
const params = z.object({ endpointId: EndpointId });

const example = {
  endpointId: EXAMPLE_ENDPOINT,
  url: "https://hooks.example/parley",
  events: ["group"],
  state: { kind: "active" },
  createdAt: 1_790_000_000_000,
};
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

const createWebhook = operation({
  ...given,
  method: "post",
  path: "/webhooks",
  id: "createWebhook",
  summary: "Have events sent to a server of yours",
  description:
    "Events are posted as Standard Webhooks has it, signed with the secret that is told here. The same `packId` (or `Idempotency-Key`) is the same endpoint. With `bot` it is told of the sessions of that user alone.",
  request: { body: EndpointSettings.extend({ packId: PackId.optional() }) },
  example: { packId: "webhook-1", url: example.url, events: example.events },
  answer: EndpointWithSecret,
  answerExample: { ...example, secret },
  errors: ["LIMIT_REACHED"],
});

const listWebhooks = operation({
  ...given,
  method: "get",
  path: "/webhooks",
  id: "listWebhooks",
  summary: "List the endpoints",
  request: {},
  answer: z.object({ endpoints: z.array(Endpoint) }),
  answerExample: { endpoints: [example] },
});

const readWebhook = operation({
  ...ofEndpoint,
  method: "get",
  path: "/webhooks/{endpointId}",
  id: "readWebhook",
  summary: "Read an endpoint, and whether events arrive there",
  request: { params },
  answer: Endpoint,
  answerExample: example,
});

const updateWebhook = operation({
  ...ofEndpoint,
  method: "patch",
  path: "/webhooks/{endpointId}",
  id: "updateWebhook",
  summary: "Change an endpoint",
  description: "`enabled: true` also ends what failures or an answer 410 did: what waits is delivered.",
  request: {
    params,
    body: EndpointChange.extend({ enabled: z.boolean().optional() }),
  },
  example: { events: ["group", "relation"], enabled: true },
  answer: Endpoint,
  answerExample: example,
});

const deleteWebhook = operation({
  ...given,
  method: "delete",
  path: "/webhooks/{endpointId}",
  id: "deleteWebhook",
  summary: "Delete an endpoint",
  description: "With its events, also those that were not delivered. Done when it is not there.",
  request: { params },
  answer: Done,
});

const rotateWebhookSecret = operation({
  ...ofEndpoint,
  method: "post",
  path: "/webhooks/{endpointId}/rotate",
  id: "rotateWebhookSecret",
  summary: "Get a new secret",
  description:
    "Both secrets sign for `graceSeconds`, a day unless given. The same `Idempotency-Key` is the same secret.",
  request: { params, body: z.object({ graceSeconds: z.int().min(0).max(MAX_GRACE_S).default(DAY_S) }) },
  example: { graceSeconds: 3_600 },
  answer: EndpointWithSecret,
  answerExample: { ...example, secret },
});

/** The endpoints of an app: what they are is in a room of each, which events they want also in the app's settings. */
export function webhookRoutes(deps: Deps) {
  return newRouter()
    .openapi(createWebhook, async (c) => {
      const { packId = idempotencyKeyOf(c), ...settings } = c.req.valid("json");
      if (packId === undefined) throw new ParleyError("BAD_PARAMETER", "packId: or an Idempotency-Key");
      return c.json(await create(deps, c, { packId, settings }), 200);
    })
    .openapi(listWebhooks, async (c) => c.json({ endpoints: await list(deps, appOf(c)) }, 200))
    .openapi(readWebhook, async (c) => {
      const { endpointId } = c.req.valid("param");
      return c.json((await askEndpoint(deps, c, endpointId, { type: "hook.read" })) as Endpoint, 200); // SAFETY: what it answers with
    })
    .openapi(updateWebhook, async (c) => {
      const { endpointId } = c.req.valid("param");
      const { enabled, ...settings } = c.req.valid("json");
      if (settings.url !== undefined) requireCallable(deps, settings.url);
      const call = { type: "hook.update", settings, enabled } as const;
      const endpoint = (await askEndpoint(deps, c, endpointId, call)) as Endpoint; // SAFETY: what it answers with
      await subscribe(deps, c, endpoint);
      return c.json(endpoint, 200);
    })
    .openapi(deleteWebhook, async (c) => {
      const { endpointId } = c.req.valid("param");
      const by = actorOf(c.get("principal"));
      const set = { type: "app.set", section: "webhook", id: endpointId, value: null, by } as const;
      unwrap(await deps.call(appRoom(appOf(c)), set));
      await askEndpoint(deps, c, endpointId, { type: "hook.delete" });
      return c.json({}, 200);
    })
    .openapi(rotateWebhookSecret, async (c) => {
      const { endpointId } = c.req.valid("param");
      const graceMs = c.req.valid("json").graceSeconds * 1_000;
      const call = { type: "hook.rotate", secret: newSecret(), graceMs, key: packIdOf(c) } as const;
      return c.json((await askEndpoint(deps, c, endpointId, call)) as EndpointWithSecret, 200); // SAFETY: what it answers with
    });
}

/** The app of a server key. */
export function appOf(c: Context<Authenticated>): AppId {
  const principal = c.get("principal");
  requireServer(principal);
  return principal.app;
}

export async function askEndpoint(
  deps: Deps,
  c: Context<Authenticated>,
  endpointId: EndpointId,
  call: HookCall,
): Promise<unknown> {
  return unwrap(await deps.call(hookRoom(appOf(c), endpointId), call));
}

/** Throws why this deployment would not call a URL. */
export function requireCallable(deps: Deps, url: string): void {
  const fault = urlFault(url, guardPolicyOf(deps.config));
  if (fault !== undefined) throw new ParleyError("BAD_PARAMETER", `url: ${fault}`);
}

export function newSecret(): string {
  return secretOf(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

interface Creating {
  readonly packId: PackId;
  readonly settings: EndpointSettings;
}

/** The room first: of an endpoint that the settings name, events may be on their way. */
async function create(
  deps: Deps,
  c: Context<Authenticated>,
  { packId, settings }: Creating,
): Promise<EndpointWithSecret> {
  const app = appOf(c);
  requireCallable(deps, settings.url);
  const endpointId = endpointIdOf(app, packId);
  const known = Object.keys(await settingsOf(deps, app)) as EndpointId[]; // SAFETY: its keys are ids of endpoints
  if (known.length >= MAX_ENDPOINTS && !known.includes(endpointId)) throw new ParleyError("LIMIT_REACHED", "endpoints");
  const call = { type: "hook.create", settings, secret: newSecret() } as const;
  const endpoint = unwrap(await deps.call(hookRoom(app, endpointId), call)) as EndpointWithSecret; // SAFETY: what it answers with
  await subscribe(deps, c, endpoint);
  return endpoint;
}

async function subscribe(
  deps: Deps,
  c: Context<Authenticated>,
  { endpointId, events, bot, createdAt }: Endpoint,
): Promise<void> {
  const by = actorOf(c.get("principal"));
  const value = { events, since: createdAt, ...(bot === undefined ? {} : { bot }) };
  unwrap(await deps.call(appRoom(appOf(c)), { type: "app.set", section: "webhook", id: endpointId, value, by }));
}

/** Those of the settings whose rooms are there: one that is just being deleted may not be. */
async function list(deps: Deps, app: AppId): Promise<Endpoint[]> {
  const ids = Object.keys(await settingsOf(deps, app)) as EndpointId[]; // SAFETY: its keys are ids of endpoints
  const outcomes = await Promise.all(ids.map((id) => deps.call(hookRoom(app, id), { type: "hook.read" })));
  const found = outcomes.filter((outcome) => outcome.ok || outcome.error !== "NO_SUCH_ENDPOINT");
  return (found.map(unwrap) as Endpoint[]).sort((a, b) => a.createdAt - b.createdAt); // SAFETY: what it answers with
}

/** As they are, not as they are remembered. */
async function settingsOf(deps: Deps, app: AppId): Promise<AppSettings["webhooks"]> {
  const settings = unwrap(await deps.call(appRoom(app), { type: "app.settings" })) as AppSettings; // SAFETY: what it answers with
  return settings.webhooks;
}
