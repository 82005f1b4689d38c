import { Hono } from "hono";
import { z } from "zod";
import { ParleyError } from "../protocol/errors.ts";
import { AppId, UserId } from "../protocol/ids.ts";
import type { Deps } from "./deps.ts";
import type { Authenticated } from "./messages.ts";
import { jsonBody, parsed } from "./problem.ts";
import { DEFAULT_TOKEN_TTL_S, MAX_TOKEN_TTL_S, type Tokens } from "./tokens.ts";

const TokenBody = z.object({
  userId: UserId,
  ttlSeconds: z.int().min(1).max(MAX_TOKEN_TTL_S).default(DEFAULT_TOKEN_TTL_S),
});

async function issue(deps: Deps, tokens: Tokens, claims: { app: AppId; userId: UserId; ttlSeconds: number }) {
  const nowMs = deps.clock.nowMs();
  const expiresAtMs = nowMs + claims.ttlSeconds * 1000;
  const token = await tokens.sign(
    { app: claims.app, userId: claims.userId, tokenId: crypto.randomUUID(), expiresAtMs },
    nowMs,
  );
  return { token, expiresAt: expiresAtMs };
}

/** `POST /v1/tokens`: a third party's server, with its key, gets a token for one of its users. */
export function tokenRoutes(deps: Deps, tokens: Tokens): Hono<Authenticated> {
  return new Hono<Authenticated>().post("/tokens", async (c) => {
    const principal = c.get("principal");
    if (principal.kind !== "server") throw new ParleyError("ACCESS_DENIED", "a server key is needed");
    const body = parsed(TokenBody.safeParse(await jsonBody(c)));
    return c.json(await issue(deps, tokens, { app: principal.app, ...body }));
  });
}

/** `POST /dev/token`: a token for whoever asks, so that the chat page and the terminal chat work at once. Development only. */
export function developmentTokenRoutes(deps: Deps, tokens: Tokens): Hono {
  return new Hono().post("/token", async (c) => {
    const body = parsed(TokenBody.safeParse(await jsonBody(c)));
    return c.json(await issue(deps, tokens, { app: AppId.parse("main"), ...body }));
  });
}
