import { hashedId } from "./hashed-id.ts";
import type { AppId, KeyId, PackId } from "./ids.ts";

/** The id of the API key that an app makes with this packId: a repeated request finds it. */
export function keyIdOf(app: AppId, packId: PackId): KeyId {
  return hashedId(["key", app, packId]) as KeyId; // SAFETY: matches the pattern by construction
}
