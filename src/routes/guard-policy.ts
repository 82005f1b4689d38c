import type { GuardPolicy } from "../queues/webhook/address-guard.ts";
import type { Config } from "./config.ts";

/** Which servers of third parties a deployment calls. */
export function guardPolicyOf({ environment, webhookOrigins }: Config): GuardPolicy {
  return { allowsAll: environment === "development", allowedOrigins: webhookOrigins };
}
