import { z } from "zod";
import { AppId, UserId } from "../protocol/ids.ts";
import { Scope } from "../protocol/scope.ts";
import { requireServer } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { once } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";
import { DEFAULT_TOKEN_TTL_S, MAX_TOKEN_TTL_S, type TokenClaims, type Tokens } from "./tokens.ts";

const TokenBody = z.object({
  userId: UserId,
  ttlSeconds: z.int().min(1).max(MAX_TOKEN_TTL_S).default(DEFAULT_TOKEN_TTL_S),
  /** What the user may do beyond what every user may. `observe`: follow any session of the app without being a member. */
  scopes: z.array(Scope).default([]),
});
const TokenAnswer = z.object({
  /** A JWT. */
  token: z.string(),
  /** ms since 1970 */
  expiresAt: z.int(),
});

const given = {
  tag: "Tokens",
  request: { body: TokenBody },
  example: { userId: "alice", ttlSeconds: 3600 },
  answer: TokenAnswer,
  answerExample: { token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.signature", expiresAt: 1_790_000_000_000 },
} as const;

const createToken = operation({
  ...given,
  method: "post",
  path: "/tokens",
  id: "createToken",
  summary: "Issue a token for a user",
  description:
    "Your users' clients connect with it. Asking again, without the same `Idempotency-Key`, gives another one.",
  access: "server",
});

const createDevelopmentToken = operation({
  ...given,
  method: "post",
  path: "/token",
  id: "createDevelopmentToken",
  summary: "Issue a token to whoever asks (development only)",
  access: "public",
});

/** What a token says. Made into the same token whenever it is signed. */
function claimsOf(deps: Deps, asked: { app: AppId } & z.infer<typeof TokenBody>): TokenClaims {
  const issuedAtMs = deps.clock.nowMs();
  const expiresAtMs = issuedAtMs + asked.ttlSeconds * 1000;
  const { app, userId, scopes } = asked;
  return { app, userId, scopes, tokenId: crypto.randomUUID(), issuedAtMs, expiresAtMs };
}

async function signed(tokens: Tokens, claims: TokenClaims) {
  return { token: await tokens.sign(claims, claims.issuedAtMs), expiresAt: claims.expiresAtMs };
}

/** `POST /v1/tokens`: a third party's server, with its key, gets a token for one of its users. */
export function tokenRoutes(deps: Deps, tokens: Tokens) {
  return newRouter().openapi(createToken, async (c) => {
    const principal = c.get("principal");
    requireServer(principal);
    const asked = c.req.valid("json");
    const work = async () => claimsOf(deps, { app: principal.app, ...asked });
    // The claims are remembered and not the token: nothing that is stored opens a door.
    return c.json(await signed(tokens, await once(deps, c, { about: asked.userId, asked, work })), 200);
  });
}

/** `POST /dev/token`: a token for whoever asks, so that the chat page and the terminal chat work at once. Development only. */
export function developmentTokenRoutes(deps: Deps, tokens: Tokens) {
  return newRouter().openapi(createDevelopmentToken, async (c) =>
    c.json(await signed(tokens, claimsOf(deps, { app: AppId.parse("main"), ...c.req.valid("json") })), 200),
  );
}
