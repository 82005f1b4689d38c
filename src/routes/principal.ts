import { sha256 } from "@noble/hashes/sha2.js";
import { ParleyError } from "../protocol/errors.ts";
import type { AppId } from "../protocol/ids.ts";
import type { Operator } from "../protocol/rpc/operator.ts";
import { hasScope } from "../protocol/scope.ts";
import type { ServerKey } from "./config.ts";
import type { TokenClaims, Tokens } from "./tokens.ts";

/** Who sent an HTTP request. */
export type Principal = { readonly kind: "server"; readonly app: AppId } | ({ readonly kind: "user" } & TokenClaims);

export function operatorOf(principal: Principal): Operator {
  if (principal.kind === "server") return { kind: "server" };
  return { kind: "user", userId: principal.userId, ...(hasScope(principal, "observe") ? { observes: true } : {}) };
}

/** Checks `Authorization: Bearer` with a server key (`sk_…`) or a user token. */
export class Gatekeeper {
  readonly #tokens: Tokens;
  readonly #keys: readonly { readonly app: AppId; readonly digest: Uint8Array }[];

  constructor(tokens: Tokens, keys: readonly ServerKey[]) {
    this.#tokens = tokens;
    this.#keys = keys.map(({ app, text }) => ({ app, digest: digestOf(text) }));
  }

  async identify(authorization: string | undefined, nowMs: number): Promise<Principal> {
    const [, credential] = /^Bearer (.+)$/i.exec(authorization ?? "") ?? [];
    if (credential === undefined) throw new ParleyError("IDENTITY_MISSING");
    if (!credential.startsWith("sk_")) return { kind: "user", ...(await this.#tokens.verify(credential, nowMs)) };
    const digest = digestOf(credential);
    // Digests are compared, and all of them to the end, so that the time taken tells nothing about a key.
    const [match] = this.#keys.filter((key) => isEqual(key.digest, digest));
    if (match === undefined) throw new ParleyError("BAD_CREDENTIALS");
    return { kind: "server", app: match.app };
  }
}

function digestOf(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}
