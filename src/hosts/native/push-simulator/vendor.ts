import type { PushProviderName } from "../../../protocol/push-provider-name.ts";

export interface SimulatedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Which connection it came over, counted from 1. Only with HTTP/2. */
  readonly connection?: number;
}

export interface SimulatedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a phone would have done with a push. */
export interface SimulatedDelivery {
  readonly token: string;
  readonly kind: "shown" | "withdrawn";
  readonly title?: string;
  readonly body?: string;
  readonly badge?: number;
  readonly collapseId?: string;
  /** The request or the decrypted payload, as the vendor's documentation describes it. */
  readonly raw: unknown;
}

/** What a vendor is asked with, beside the request. */
export interface Counter {
  /** Errors that were ordered, by token: the vendor's own code each. */
  readonly errors: ReadonlyMap<string, string>;
  deliver(delivery: SimulatedDelivery): void;
}

/** Stands for the token where a request asks for a credential. */
export const CREDENTIAL = "(credential)";

/** A vendor's service: checks what the vendor checks and answers as the vendor does. */
export interface SimulatedVendor {
  readonly provider: PushProviderName;
  /** Whom the request is for, or {@link CREDENTIAL}. */
  tokensOf(request: SimulatedRequest): readonly string[];
  answer(request: SimulatedRequest, counter: Counter): SimulatedAnswer | Promise<SimulatedAnswer>;
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): SimulatedAnswer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

export function textOf(request: SimulatedRequest): string {
  return new TextDecoder().decode(request.body);
}
