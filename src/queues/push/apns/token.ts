import { decodeJwt, importPKCS8, SignJWT } from "jose";
import type { Clock } from "../../../kernel/ports.ts";
import { Credential, type Issued } from "../credential.ts";
import { PushFailure } from "../failure.ts";

/** A signing key of a developer team (an Apple "Auth Key", .p8). */
export interface ApnsKey {
  readonly teamId: string;
  readonly keyId: string;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
}

/** Apple refuses tokens older than an hour, and those of teams that change them more than once in 20 minutes. */
const LIFE_MS = 60 * 60_000;
const REFRESH_AHEAD_MS = 10 * 60_000;
const MIN_AGE_MS = 20 * 60_000;

/** The provider token of one key: a JWT that is made here, and used for 50 minutes. */
export class ApnsToken {
  readonly #key: ApnsKey;
  readonly #clock: Clock;
  readonly #credential: Credential;

  constructor(key: ApnsKey, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
    this.#credential = new Credential({ clock, issue: () => this.#issue(), refreshAheadMs: REFRESH_AHEAD_MS });
  }

  value(): Promise<string> {
    return this.#credential.value();
  }

  /** Apple says that the token expired. Whether a new one would help: a young one is refused because a clock is wrong. */
  refused(value: string): boolean {
    const { iat = 0 } = decodeJwt(value);
    if (this.#clock.nowMs() - iat * 1000 < MIN_AGE_MS) return false;
    this.#credential.refused(value);
    return true;
  }

  async #issue(): Promise<Issued> {
    const { teamId, keyId, privateKey } = this.#key;
    const nowMs = this.#clock.nowMs();
    try {
      const value = await new SignJWT()
        .setProtectedHeader({ alg: "ES256", kid: keyId })
        .setIssuer(teamId)
        .setIssuedAt(Math.floor(nowMs / 1000))
        .sign(await importPKCS8(privateKey, "ES256"));
      return { value, expiresAtMs: nowMs + LIFE_MS };
    } catch (cause) {
      throw new PushFailure({ kind: "configError", reason: "apns:unusable-key" }, cause);
    }
  }
}
