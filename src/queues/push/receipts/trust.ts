import { assertNever } from "../../../kernel/assert.ts";
import { isSameSecret } from "../../../kernel/same-secret.ts";
import { hmacSha256Base64 } from "../vendor-digest.ts";
import type { ReceiptRequest } from "./receipt.ts";

/** How a vendor shows that a receipt is its own. */
export type ReceiptSecret =
  /** Huawei and Honor: the callback's user name and key in their console; the header `x-huawei-callback-id` or `x-honor-callback-id`. */
  | { readonly kind: "hmac"; readonly userName: string; readonly key: string }
  /** Meizu: the access token of the callback in its console, a field of the form. */
  | { readonly kind: "accessToken"; readonly accessToken: string }
  /** Everyone: `secret` in the query of the URL that we register, as Xiaomi, vivo and OPPO sign nothing. */
  | { readonly kind: "query"; readonly secret: string };

export interface ReceiptTrust {
  readonly secret: ReceiptSecret;
  readonly nowMs: number;
}

const MAX_AGE_MS = 10 * 60_000;
const SIGNATURE_HEADERS = ["x-huawei-callback-id", "x-honor-callback-id"] as const;

export function isTrusted(request: ReceiptRequest, { secret, nowMs }: ReceiptTrust): boolean {
  switch (secret.kind) {
    case "hmac":
      return isSigned(request, secret, nowMs);
    case "accessToken":
      return isSecret(new URLSearchParams(request.body).get("access_token"), secret.accessToken);
    case "query":
      return isSecret(request.query.secret, secret.secret);
    default:
      return assertNever(secret);
  }
}

/** An empty secret is none. */
function isSecret(presented: string | null | undefined, secret: string): boolean {
  return typeof presented === "string" && secret !== "" && isSameSecret(presented, secret);
}

type HmacSecret = Extract<ReceiptSecret, { kind: "hmac" }>;

/** `timestamp=…; nonce=…; value=…`, where the value is the HMAC-SHA256 of timestamp, nonce and user name, in base64. */
function isSigned({ headers }: ReceiptRequest, { userName, key }: HmacSecret, nowMs: number): boolean {
  const header = SIGNATURE_HEADERS.map((name) => headers[name]).find((value) => value !== undefined) ?? "";
  const fields = new Map(header.split(";").map((field) => splitOnce(field.trim())));
  const [timestamp, nonce, value] = [fields.get("timestamp"), fields.get("nonce"), fields.get("value")];
  if (timestamp === undefined || nonce === undefined || value === undefined) return false;
  const ageMs = Math.abs(nowMs - millisecondsOf(timestamp));
  return ageMs <= MAX_AGE_MS && isSecret(value, hmacSha256Base64(key, timestamp + nonce + userName)) && key !== "";
}

/** The value, in base64, ends in equal signs of its own. */
function splitOnce(field: string): [string, string] {
  const at = field.indexOf("=");
  return at < 0 ? [field, ""] : [field.slice(0, at), field.slice(at + 1)];
}

/** Documents say seconds in one place and milliseconds in another. */
function millisecondsOf(timestamp: string): number {
  const value = Number(timestamp);
  return value < 100_000_000_000 ? value * 1000 : value;
}
