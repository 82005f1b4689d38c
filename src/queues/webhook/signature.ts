import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

export const SECRET_PREFIX = "whsec_";

export interface Signed {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

const utf8 = new TextEncoder();

/** The headers of the Standard Webhooks specification, version 1: one signature for each secret. */
export function signedHeaders(secrets: readonly string[], { id, timestamp, body }: Signed): Record<string, string> {
  const text = utf8.encode(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map((secret) => `v1,${base64(hmac(sha256, keyOf(secret), text))}`);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

function keyOf(secret: string): Uint8Array {
  return Uint8Array.from(atob(secret.slice(SECRET_PREFIX.length)), (letter) => letter.charCodeAt(0));
}

/** `whsec_` and the base64 of random bytes; the specification asks for 24 to 64 of them. */
export function secretOf(bytes: Uint8Array): string {
  return `${SECRET_PREFIX}${base64(bytes)}`;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
