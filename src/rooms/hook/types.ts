import type { EndpointSettings, EndpointState, WebhookDelivery } from "../../protocol/webhook.ts";

/** The newest secret first; the one before it signs until its time is over. */
export interface Secrets {
  readonly newest: string;
  /** The key of the request that made it. */
  readonly key?: string;
  readonly old?: { readonly text: string; readonly untilMs: number };
}

export interface EndpointRow {
  readonly settings: EndpointSettings;
  readonly state: EndpointState;
  readonly secrets: Secrets;
  readonly createdAt: number;
  /** Every attempt failed since then, and there was one. */
  readonly failingSince: number | undefined;
}

/** Events that wait, all of one lane. */
export interface Lane {
  readonly lane: string;
  /** Of the event whose turn it is. */
  readonly position: number;
  /** Attempts with that event, and when the first was. */
  readonly attempts: number;
  readonly firstAt: number;
  readonly due: number;
}

export interface EventRow {
  readonly number: number;
  readonly lane: string;
  readonly position: number;
  readonly type: string;
  readonly at: number;
  /** JSON: what is posted. */
  readonly body: string;
}

export type LastAttempt = NonNullable<WebhookDelivery["last"]>;
