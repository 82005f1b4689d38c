import { randomUUID } from "node:crypto";

/** Issues tokens to those who call with them, and knows which of them still count. */
export class TokenDesk {
  readonly #lifeMs: number;
  readonly #expiryOf = new Map<string, number>();

  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs;
  }

  /** Tokens issued so far. */
  get issued(): number {
    return this.#expiryOf.size;
  }

  issue(): string {
    const token = `sim/${randomUUID()}+=`;
    this.#expiryOf.set(token, Date.now() + this.#lifeMs);
    return token;
  }

  /** From now on, none of the tokens issued so far is accepted. */
  expireAll(): void {
    for (const token of this.#expiryOf.keys()) this.#expiryOf.set(token, 0);
  }

  check(token: string | undefined): "valid" | "expired" | "unknown" {
    const expiresAtMs = token === undefined ? undefined : this.#expiryOf.get(token);
    if (expiresAtMs === undefined) return "unknown";
    return Date.now() < expiresAtMs ? "valid" : "expired";
  }
}
