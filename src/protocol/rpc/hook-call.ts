import type { Span } from "../amend.ts";
import type { PackId } from "../ids.ts";
import type { Gone } from "../message-parts.ts";
import type { EndpointChange, EndpointSettings } from "../webhook.ts";

/** Something that an endpoint is told. */
export interface WebhookEvent {
  /** Events of one lane are delivered one after the other. */
  readonly lane: string;
  /** Grows within the lane. An event at or below the newest one there is known already. */
  readonly position: number;
  readonly type: string;
  /** When it happened, ms since 1970. */
  readonly timestamp: number;
  readonly data: object;
  /** Messages of earlier events of the lane are gone: what its events say of their content is forgotten. */
  readonly empties?: { readonly span: Span; readonly gone: Gone } | undefined;
}

/** Calls to the room of a webhook endpoint. Where there is none it is `NO_SUCH_ENDPOINT`. */
export type HookCall =
  /** Answers with `EndpointWithSecret`. May be repeated; then the first secret stays. */
  | { readonly type: "hook.create"; readonly settings: EndpointSettings; readonly secret: string }
  /** Answers with `Endpoint`. */
  | { readonly type: "hook.read" }
  /** Changes what is given. Answers with `Endpoint`. */
  | {
      readonly type: "hook.update";
      readonly settings: EndpointChange;
      readonly enabled?: boolean | undefined;
    }
  /** A new secret; the one before signs for a while longer. The same key is the same secret. Answers with `EndpointWithSecret`. */
  | { readonly type: "hook.rotate"; readonly secret: string; readonly graceMs: number; readonly key: PackId }
  /** Forgets everything. May be repeated. */
  | { readonly type: "hook.delete" }
  /** Durable before it answers. Where there is no endpoint nothing is kept, and it answers all the same. */
  | { readonly type: "hook.put"; readonly events: readonly WebhookEvent[] }
  /** An event that says nothing. Answers with `TestResult`. */
  | { readonly type: "hook.test" }
  /** The newest first. Answers with `WebhookDeliveries`. */
  | { readonly type: "hook.deliveries"; readonly before?: number | undefined; readonly limit: number }
  /** Delivers again what came since then, in order. Answers with `ReplayStarted`. */
  | { readonly type: "hook.replay"; readonly since: number };

export interface TestResult {
  /** The `webhook-id`. */
  readonly id: string;
}

export interface ReplayStarted {
  readonly events: number;
}
