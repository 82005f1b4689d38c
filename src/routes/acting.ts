import type { Context } from "hono";
import { z } from "zod";
import { mailboxRoom } from "../kernel/room-name.ts";
import type { VisitorState } from "../kernel/visit.ts";
import { ParleyError } from "../protocol/errors.ts";
import { UserId } from "../protocol/ids.ts";
import type { ResultOf } from "../protocol/results.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { UpFrame } from "../protocol/up.ts";
import type { Deps } from "./deps.ts";
import { idempotencyKeyOf } from "./idempotency.ts";
import type { Principal, UserPrincipal } from "./principal.ts";
import type { Authenticated } from "./router.ts";

/** Query of what a server key does in the name of a user. With a token it is not needed. */
export const By = z.object({ by: UserId.optional() });

/** A user as in the document's example. */
export function userLike(example: string) {
  return UserId.meta({ example });
}

export function byOf(example: string) {
  return z.object({ by: userLike(example).optional() });
}

/** Whom a request speaks for: with a token its user, with a server key whoever it names. */
export function userOf(principal: Principal, named: UserId | undefined): UserId {
  if (principal.kind === "server") {
    if (named === undefined) throw new ParleyError("BAD_PARAMETER", "by: a server key says in whose name it acts");
    return named;
  }
  if (named !== undefined && named !== principal.userId) throw new ParleyError("ACCESS_DENIED", "another user");
  return principal.userId;
}

export function requireServer(principal: Principal): void {
  if (principal.kind !== "server") throw new ParleyError("ACCESS_DENIED", "a server key is needed");
}

export type Ask = <F extends UpFrame>(frame: F) => Promise<ResultOf<F["type"]>>;

/** Requests in the name of a user, decided where and as those of the user's own sockets are. */
export function asUser(deps: Deps, c: Context<Authenticated>, named: UserId | undefined): Ask {
  const principal = c.get("principal");
  const userId = userOf(principal, named);
  const keyed = idempotencyKeyOf(c) === undefined ? {} : ({ keyed: true } as const);
  return askOf(deps, principal, { ...visitorOf(principal, userId), ...keyed });
}

const ALWAYS = { issuedAtMs: Number.MAX_SAFE_INTEGER, expiresAtMs: Number.MAX_SAFE_INTEGER };

function timesOf({ issuedAtMs, expiresAtMs }: UserPrincipal) {
  return { issuedAtMs, expiresAtMs };
}

/** As `asUser`, of what is only looked at, and asked anew each time. */
export function lookAs(deps: Deps, principal: Principal, userId: UserId): Ask {
  return askOf(deps, principal, visitorOf(principal, userId));
}

function askOf(deps: Deps, { app }: Principal, state: VisitorState): Ask {
  return async <F extends UpFrame>(frame: F) => {
    const outcome = await deps.ask(mailboxRoom(app, state.userId), state, frame);
    return unwrap(outcome) as ResultOf<F["type"]>; // SAFETY: the result that the protocol has for the frame's type
  };
}

function visitorOf(principal: Principal, userId: UserId): VisitorState {
  const token =
    principal.kind === "user"
      ? { ...timesOf(principal), tokenId: principal.tokenId, scopes: principal.scopes ?? [] }
      : { ...ALWAYS, tokenId: "", scopes: ["observe"] as const };
  return { phase: "visiting", userId, deviceId: "", deviceType: "web", ...token };
}
