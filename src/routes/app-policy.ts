import { AppPolicy, type RoomPolicy } from "../kernel/policy.ts";
import type { AppId } from "../protocol/ids.ts";
import type { Deps } from "./deps.ts";

/** The policy that rooms of the app go by. Rejects with `UNAVAILABLE`. */
export async function policyOf({ config, settings }: Deps, app: AppId): Promise<RoomPolicy> {
  const known = await settings(app);
  return new AppPolicy(config.policy, () => known);
}
