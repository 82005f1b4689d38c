import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { ParleyError } from "../protocol/errors.ts";
import { AppId, UserId } from "../protocol/ids.ts";
import { Scope, type Scoped } from "../protocol/scope.ts";

export const DEFAULT_TOKEN_TTL_S = 86_400;
export const MAX_TOKEN_TTL_S = 30 * 86_400;

/** Who a token speaks for. */
export interface TokenClaims extends Scoped {
  readonly app: AppId;
  readonly userId: UserId;
  /** Unlike any other token's. */
  readonly tokenId: string;
  /** ms since 1970 */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

const Claims = z.object({
  app: AppId,
  sub: UserId,
  jti: z.string().min(1).max(64),
  /** Not in whole seconds: a token is older or newer than what ended all before it. */
  iat: z.number(),
  exp: z.int(),
  scopes: z.array(Scope).optional(),
});
const ALGORITHM = "HS256";

/** Signs and checks user tokens: JWTs with `app`, `sub`, `jti`, `iat` and `exp`, and `scopes` where there are any. */
export class Tokens {
  readonly #secret: Uint8Array;

  constructor(secret: string) {
    this.#secret = new TextEncoder().encode(secret);
  }

  async sign(claims: Omit<TokenClaims, "issuedAtMs">, issuedAtMs: number): Promise<string> {
    return new SignJWT({ app: claims.app, ...scopesOf(claims) })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(claims.userId)
      .setJti(claims.tokenId)
      .setIssuedAt(issuedAtMs / 1000)
      .setExpirationTime(Math.floor(claims.expiresAtMs / 1000))
      .sign(this.#secret);
  }

  /** Throws `TOKEN_EXPIRED` or `BAD_CREDENTIALS`. */
  async verify(token: string, nowMs: number): Promise<TokenClaims> {
    try {
      const options = {
        algorithms: [ALGORITHM],
        currentDate: new Date(nowMs),
        requiredClaims: ["exp", "iat", "sub", "app"],
      };
      const { payload } = await jwtVerify(token, this.#secret, options);
      const { app, sub, jti, iat, exp, scopes } = Claims.parse(payload);
      const times = { issuedAtMs: Math.round(iat * 1000), expiresAtMs: exp * 1000 };
      return { app, userId: sub, tokenId: jti, ...times, ...scopesOf({ scopes }) };
    } catch (cause) {
      throw new ParleyError(cause instanceof errors.JWTExpired ? "TOKEN_EXPIRED" : "BAD_CREDENTIALS", undefined, {
        cause,
      });
    }
  }
}

function scopesOf({ scopes = [] }: { readonly scopes?: readonly Scope[] | undefined }): Scoped {
  return scopes.length === 0 ? {} : { scopes };
}
