import type { Context } from "hono";
import { sessionRoom } from "../kernel/room-name.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { GroupId, SessionId, UserId } from "../protocol/ids.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { type Ask, asUser } from "./acting.ts";
import type { Deps } from "./deps.ts";
import type { Authenticated } from "./router.ts";

/** Requests to a group. A server key that names nobody acts in the name of the owner. */
export async function inGroup(
  deps: Deps,
  c: Context<Authenticated>,
  to: { groupId: GroupId; by?: UserId | undefined },
): Promise<Ask> {
  const principal = c.get("principal");
  if (principal.kind === "user" || to.by !== undefined) return asUser(deps, c, to.by);
  const sessionId = to.groupId as string as SessionId; // SAFETY: a GroupId is a SessionId of the GC_ kind
  const outcome = await deps.call(sessionRoom(principal.app, sessionId), { type: "owner" });
  return asUser(deps, c, (unwrap(outcome) as { owner: UserId }).owner); // SAFETY: what `owner` answers with
}

/** Of every request to a group. */
export const GROUP_ERRORS = [
  "NO_SUCH_GROUP",
  "NOT_IN_GROUP",
  "NOT_ALLOWED_IN_GROUP",
] as const satisfies readonly ErrorName[];
/** Of those that change it. */
export const GROUP_CHANGE_ERRORS = [...GROUP_ERRORS, "PACK_CONFLICT"] as const satisfies readonly ErrorName[];
