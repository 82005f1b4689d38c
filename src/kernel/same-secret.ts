import { sha256 } from "@noble/hashes/sha2.js";

/** Compares digests, to their end: the time taken tells nothing about the secret. */
export function isSameSecret(given: string, secret: string): boolean {
  return isSameDigest(digestOf(given), digestOf(secret));
}

/** For a secret that is compared with many: its digest is made once. */
export function isSameDigest(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}

/** SHA-256. */
export function digestOf(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}
