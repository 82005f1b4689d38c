import { sha256 } from "@noble/hashes/sha2.js";
import type { AppId, GroupId, PackId, UserId } from "./ids.ts";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * The id of the group that this request creates. It is a hash of who asks and the packId, so that a create
 * retried after a lost response finds its own group instead of making a second one.
 */
export function groupIdOf(app: AppId, creator: UserId, packId: PackId): GroupId {
  const digest = sha256(new TextEncoder().encode(JSON.stringify([app, creator, packId])));
  let text = "GC_";
  let bits = 0;
  let held = 0;
  for (const byte of digest) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < 29) {
      bits -= 5;
      text += CROCKFORD[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text as GroupId; // SAFETY: 26 Crockford characters by construction
}
