import { base64url, importJWK, SignJWT } from "jose";
import type { Clock } from "../../../kernel/ports.ts";
import { Credential, type Issued } from "../credential.ts";
import { PushFailure } from "../failure.ts";

/** The pair that a site's subscriptions are bound to. Both in base64url, as tools for Web Push print them. */
export interface VapidKeys {
  /** The point of P-256, uncompressed: the page's `applicationServerKey`. */
  readonly publicKey: string;
  readonly privateKey: string;
  /** Where a push service finds the operator: `mailto:` or `https:`. */
  readonly subject: string;
}

/** RFC 8292 allows 24 hours; clocks differ. */
const LIFE_MS = 12 * 60 * 60_000;
const REFRESH_AHEAD_MS = 60 * 60_000;
const COORDINATE_BYTES = 32;

/** Authorisation towards one push service: a JWT for its origin, made here. */
export function vapidCredential(keys: VapidKeys, audience: string, clock: Clock): Credential {
  const issue = () => issued(keys, audience, clock.nowMs());
  return new Credential({ clock, issue, refreshAheadMs: REFRESH_AHEAD_MS });
}

async function issued(keys: VapidKeys, audience: string, nowMs: number): Promise<Issued> {
  try {
    const expiresAtMs = nowMs + LIFE_MS;
    const token = await new SignJWT()
      .setProtectedHeader({ typ: "JWT", alg: "ES256" })
      .setAudience(audience)
      .setExpirationTime(Math.floor(expiresAtMs / 1000))
      .setSubject(keys.subject)
      .sign(await signingKey(keys));
    return { value: `vapid t=${token}, k=${keys.publicKey}`, expiresAtMs };
  } catch (cause) {
    throw new PushFailure({ kind: "configError", reason: "webpush:unusable-key" }, cause);
  }
}

async function signingKey({ publicKey, privateKey }: VapidKeys) {
  const point = base64url.decode(publicKey);
  const [x, y] = [point.slice(1, 1 + COORDINATE_BYTES), point.slice(1 + COORDINATE_BYTES)];
  const coordinates = { x: base64url.encode(x), y: base64url.encode(y) };
  return await importJWK({ kty: "EC", crv: "P-256", ...coordinates, d: privateKey }, "ES256");
}
