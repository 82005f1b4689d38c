import { z } from "zod";
import { EndpointId, UserId } from "./ids.ts";

/** What an endpoint may ask for. Every event's type begins with its family: `message.sent`, `control.recall`, `group.joined`. */
export const WebhookFamily = z.enum(["message", "control", "group", "read", "relation", "presence", "push"]);
export type WebhookFamily = z.infer<typeof WebhookFamily>;

/** Whether a session's log says it. */
export function isOfLog(family: WebhookFamily): boolean {
  return family === "message" || family === "control" || family === "group";
}

export const MAX_WEBHOOK_URL_CHARS = 2_048;

/** Where events go, and which. */
export const EndpointSettings = z.object({
  url: z.url().max(MAX_WEBHOOK_URL_CHARS),
  events: z.array(WebhookFamily).min(1).max(WebhookFamily.options.length),
  /** Events of the sessions of this user alone, as their devices see them, without what they send themselves. */
  bot: UserId.optional(),
  description: z.string().max(256).optional(),
});
export type EndpointSettings = z.infer<typeof EndpointSettings>;

/** What may be changed of them; what is not given stays. */
export const EndpointChange = EndpointSettings.omit({ bot: true }).partial();
export type EndpointChange = z.infer<typeof EndpointChange>;

/** Whether events are delivered. `disabled`: they are kept, and delivered when it is enabled. */
export const EndpointState = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("active") }),
  z.object({
    kind: z.literal("disabled"),
    /** `failing`: nothing arrived for 72 hours · `gone`: the receiver answered 410 · `asked`: by the app itself. */
    why: z.enum(["failing", "gone", "asked"]),
    at: z.int(),
  }),
]);
export type EndpointState = z.infer<typeof EndpointState>;

export const Endpoint = z.object({
  endpointId: EndpointId,
  ...EndpointSettings.shape,
  state: EndpointState,
  createdAt: z.int(),
  /** Since when nothing arrives, ms since 1970. */
  failingSince: z.int().optional(),
  /** Until then the secret before the newest signs as well. */
  oldSecretUntil: z.int().optional(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** With the newest secret, which is told when it is made. */
export const EndpointWithSecret = Endpoint.extend({
  /** `whsec_` and base64, as libraries of Standard Webhooks take it. */
  secret: z.string(),
});
export type EndpointWithSecret = z.infer<typeof EndpointWithSecret>;

/** One event of an endpoint, and how far it got. */
export const WebhookDelivery = z.object({
  /** The `webhook-id` of every attempt. */
  id: z.string(),
  /** Its place among the events of the endpoint: pages go by it. */
  number: z.int(),
  type: z.string(),
  /** Events with the same lane arrive in order: those of one session, or of one user. */
  lane: z.string(),
  /** When the endpoint's room got it, ms since 1970. */
  at: z.int(),
  state: z.enum(["waiting", "delivered", "failed"]),
  attempts: z.int(),
  /** How the last attempt ended: an HTTP status, or why there was none. */
  last: z
    .object({
      at: z.int(),
      tookMs: z.int(),
      status: z.int().optional(),
      failure: z.enum(["refused", "timeout", "lost", "forbidden"]).optional(),
    })
    .optional(),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const WebhookDeliveries = z.object({ deliveries: z.array(WebhookDelivery), more: z.boolean() });
export type WebhookDeliveries = z.infer<typeof WebhookDeliveries>;
