import { hashedId } from "./hashed-id.ts";
import type { PushProviderName } from "./push-provider-name.ts";
import type { PushAddress } from "./rpc/push-call.ts";

/** The id of a device's address, the same for whoever registers it: their mailboxes and the room that says whose it is know it by that. */
export function pushTokenIdOf(provider: PushProviderName, address: PushAddress): string {
  return hashedId([provider, address.kind === "token" ? address.token : address.endpoint]);
}
