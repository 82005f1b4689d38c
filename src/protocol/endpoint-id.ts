import { hashedId } from "./hashed-id.ts";
import type { AppId, EndpointId, PackId } from "./ids.ts";

/** The id of the webhook endpoint that an app makes with this packId: a repeated request finds it. */
export function endpointIdOf(app: AppId, packId: PackId): EndpointId {
  return `WH_${hashedId([app, "webhook", packId])}` as EndpointId; // SAFETY: matches the pattern by construction
}
