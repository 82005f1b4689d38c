import { sha256 } from "@noble/hashes/sha2.js";
import { base64url } from "jose";
import { utf8Length } from "./text.ts";

function digest(parts: readonly string[]): Uint8Array {
  return sha256(new TextEncoder().encode(JSON.stringify(parts)));
}

/** A name that fits where a provider limits them: itself, or a digest of it where it is too long. */
export function shortName(name: string, maxBytes: number): string {
  return utf8Length(name) <= maxBytes ? name : digestName(name, maxBytes);
}

/** Letters, digits, `-` and `_` only; the same for the same name. */
export function digestName(name: string, maxLength: number): string {
  return base64url.encode(digest([name])).slice(0, maxLength);
}

/** A UUID that is the same for the same parts. */
export function uuidOf(...parts: readonly string[]): string {
  const bytes = digest(parts).slice(0, 16);
  // Version 8: made by the application's own rule (RFC 9562).
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
