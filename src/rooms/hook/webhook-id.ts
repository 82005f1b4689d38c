import type { EndpointId } from "../../protocol/ids.ts";

/**
 * The same for every attempt with an event of an endpoint, and for no other, also not of an endpoint that was deleted and made
 * again under the same id. It has no full stop: those part what is signed.
 */
export function webhookIdOf(endpointId: EndpointId, createdAt: number, number: number): string {
  return `msg_${endpointId.slice("WH_".length)}_${createdAt.toString(36)}_${number}`;
}
