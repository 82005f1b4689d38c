import { bytesToHex } from "@noble/hashes/utils.js";
import { appRoom } from "../kernel/room-name.ts";
import { digestOf, isSameDigest, isSameSecret } from "../kernel/same-secret.ts";
import { ParleyError } from "../protocol/errors.ts";
import { AppId, type KeyId } from "../protocol/ids.ts";
import type { StoredKey } from "../protocol/rpc/app-settings.ts";
import type { Operator } from "../protocol/rpc/operator.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { hasScope } from "../protocol/scope.ts";
import type { ServerKey } from "./config.ts";
import type { Deps } from "./deps.ts";
import { checkSignature, claimIn } from "./signature.ts";
import type { TokenClaims, Tokens } from "./tokens.ts";

/** Who sent an HTTP request. */
export type Principal = ServerPrincipal | UserPrincipal;

export interface UserPrincipal extends TokenClaims {
  readonly kind: "user";
  /** Of a bot; without one it is a token. */
  readonly key?: ApiKey;
}

export interface ServerPrincipal {
  readonly kind: "server";
  readonly app: AppId;
  /** Without one it is a key of the deployment's configuration, which may do everything in its app. */
  readonly key?: ApiKey;
}

/** An API key that the app has made. */
export type ApiKey = Pick<StoredKey, "scopes" | "rate"> & { readonly id: KeyId };

/** Who did something, for the audit. */
export function actorOf(principal: Principal): string {
  if (principal.kind === "user") return `user ${principal.userId}`;
  return principal.key?.id ?? "deployment";
}

export function operatorOf(principal: Principal): Operator {
  if (principal.kind === "server") return { kind: "server" };
  return { kind: "user", userId: principal.userId, ...(hasScope(principal, "observe") ? { observes: true } : {}) };
}

type KeyDeps = Pick<Deps, "settings" | "call">;

/** The app and the id are in the text, so that a key is found without comparing all. */
const API_KEY = /^ak_([a-z0-9][a-z0-9-]{0,31})_([0-9A-HJKMNP-TV-Z]{26})_[A-Za-z0-9_-]{43}$/;

/** Checks `Authorization: Bearer` with a key of the configuration (`sk_…`), an API key (`ak_…`) or a user token. */
export class Gatekeeper {
  readonly #tokens: Tokens;
  readonly #keys: readonly { readonly app: AppId; readonly digest: Uint8Array }[];

  readonly #deps: KeyDeps;

  constructor(tokens: Tokens, keys: readonly ServerKey[], deps: KeyDeps) {
    this.#tokens = tokens;
    this.#deps = deps;
    this.#keys = keys.map(({ app, text }) => ({ app, digest: digestOf(text) }));
  }

  /** By its signature (RFC 9421), or by what it carries. */
  async identify(request: Request, nowMs: number): Promise<Principal> {
    if (request.headers.has("Signature-Input")) return this.#signed(request, nowMs);
    const authorization = request.headers.get("Authorization");
    const [, credential] = /^Bearer (.+)$/i.exec(authorization ?? "") ?? [];
    if (credential === undefined) throw new ParleyError("IDENTITY_MISSING");
    if (credential.startsWith("ak_")) return this.#apiKey(credential, nowMs);
    if (!credential.startsWith("sk_")) return { kind: "user", ...(await this.#tokens.verify(credential, nowMs)) };
    const digest = digestOf(credential);
    // Digests are compared, and all of them to the end, so that the time taken tells nothing about a key.
    const [match] = this.#keys.filter((key) => isSameDigest(key.digest, digest));
    if (match === undefined) throw new ParleyError("BAD_CREDENTIALS");
    return { kind: "server", app: match.app };
  }

  async #apiKey(text: string, nowMs: number): Promise<Principal> {
    const [, named, id] = API_KEY.exec(text) ?? [];
    if (named === undefined || id === undefined) throw new ParleyError("BAD_CREDENTIALS");
    const app = AppId.parse(named);
    const keyId = id as KeyId; // SAFETY: matches the pattern
    const key = await this.#find(app, keyId);
    if (key === undefined || !isSameSecret(keyDigestOf(text), key.digest)) throw new ParleyError("BAD_CREDENTIALS");
    if (key.signed) throw new ParleyError("BAD_CREDENTIALS", "requests with this key are signed");
    return principalOf({ app, keyId }, key, nowMs);
  }

  async #signed(request: Request, nowMs: number): Promise<Principal> {
    const claim = claimIn(request.headers);
    const { app, keyId, created, nonce } = claim;
    const key = await this.#find(app, keyId);
    if (key?.signed === undefined) throw new ParleyError("BAD_CREDENTIALS", "keyid");
    await checkSignature(request, claim, { digest: key.digest, nowMs });
    const principal = principalOf({ app, keyId }, key, nowMs);
    unwrap(await this.#deps.call(appRoom(app), { type: "app.nonce", keyId, created, nonce }));
    return principal;
  }

  /** One that is known may be revoked, and one that is unknown may be new. */
  async #find(app: AppId, id: KeyId): Promise<StoredKey | undefined> {
    const { settings } = this.#deps;
    return (await settings(app, "recent")).keys[id] ?? (await settings(app, "fresh")).keys[id];
  }
}

/** A bot's key is as good as a token of its user that lasts until it is revoked. */
function principalOf({ app, keyId: id }: { app: AppId; keyId: KeyId }, stored: StoredKey, nowMs: number): Principal {
  const { scopes, rate, bot, createdAt: issuedAtMs, expiresAt } = stored;
  if (expiresAt !== undefined && expiresAt <= nowMs) throw new ParleyError("BAD_CREDENTIALS", "it has expired");
  const key = { id, scopes, ...(rate === undefined ? {} : { rate }) };
  if (bot === undefined) return { kind: "server", app, key };
  const times = { issuedAtMs, expiresAtMs: expiresAt ?? Number.MAX_SAFE_INTEGER };
  return { kind: "user", app, userId: bot, tokenId: id, ...times, key };
}

/** What is kept of an API key. */
export function keyDigestOf(text: string): string {
  return bytesToHex(digestOf(text));
}
