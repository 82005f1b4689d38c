import { hashedId } from "./hashed-id.ts";
import type { AppId, JobId, PackId, UserId } from "./ids.ts";

/** The id of the job that an app starts with this packId: a repeated start finds it. */
export function jobIdOf(app: AppId, packId: PackId): JobId {
  return `JB_${hashedId([app, packId])}` as JobId; // SAFETY: matches the pattern by construction
}

/** The same for the erasure of a user that is asked for with this packId. */
export function erasureIdOf(app: AppId, userId: UserId, packId: PackId): JobId {
  return `JB_${hashedId([app, "erase", userId, packId])}` as JobId; // SAFETY: as above
}
