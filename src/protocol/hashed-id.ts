import { sha256 } from "@noble/hashes/sha2.js";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 26;

/** 26 characters of Crockford base32 that follow from the parts: whoever repeats a request finds what it made. */
export function hashedId(parts: readonly string[]): string {
  const digest = sha256(new TextEncoder().encode(JSON.stringify(parts)));
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of digest) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < LENGTH) {
      bits -= 5;
      text += CROCKFORD[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
