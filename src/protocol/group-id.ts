import { hashedId } from "./hashed-id.ts";
import type { AppId, GroupId, PackId, UserId } from "./ids.ts";

/**
 * The id of the group that this request creates. It is a hash of who asks and the packId, so that a create
 * retried after a lost response finds its own group instead of making a second one.
 */
export function groupIdOf(app: AppId, creator: UserId, packId: PackId): GroupId {
  return `GC_${hashedId([app, creator, packId])}` as GroupId; // SAFETY: matches the pattern by construction
}
