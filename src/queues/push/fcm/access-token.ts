import { importPKCS8, SignJWT } from "jose";
import { z } from "zod";
import { Credential, type Issued } from "../credential.ts";
import { PushFailure } from "../failure.ts";
import { parsedJson } from "../json.ts";
import { PUSH_TIMEOUT_MS, type PushPorts } from "../provider.ts";
import { retryAfterMs } from "../retry-after.ts";

/** The fields that are used of the JSON file that Google hands out for a service account, under its names. */
export const serviceAccount = z.object({
  project_id: z.string().min(1),
  client_email: z.string().min(1),
  private_key_id: z.string().optional(),
  private_key: z.string().min(1),
  token_uri: z.url().default("https://oauth2.googleapis.com/token"),
});
export type ServiceAccount = z.infer<typeof serviceAccount>;

const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ASSERTION_LIFE_SECONDS = 3600;
const REFRESH_AHEAD_MS = 5 * 60_000;

const grant = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const refusal = z.object({ error: z.string() });

/** The OAuth token of a service account: a signed assertion, exchanged for a token of an hour (RFC 7523). */
export function accessToken(account: ServiceAccount, ports: PushPorts): Credential {
  const issue = () => exchange(account, ports);
  return new Credential({ clock: ports.clock, issue, refreshAheadMs: REFRESH_AHEAD_MS });
}

async function exchange(account: ServiceAccount, { http, clock }: PushPorts): Promise<Issued> {
  const askedAtMs = clock.nowMs();
  const assertion = await signedAssertion(account, Math.floor(askedAtMs / 1000));
  const response = await http({
    method: "POST",
    url: account.token_uri,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ grant_type: GRANT_TYPE, assertion }).toString(),
    timeoutMs: PUSH_TIMEOUT_MS,
    http2: false,
  });
  if (response.status !== 200)
    throw refused(response.status, response.body, response.headers["retry-after"], askedAtMs);
  const granted = grant.safeParse(parsedJson(response.body));
  if (!granted.success) throw new PushFailure({ kind: "retry", reason: "oauth:unreadable" }, granted.error);
  const { access_token: value, expires_in: seconds } = granted.data;
  return { value, expiresAtMs: askedAtMs + seconds * 1000 };
}

async function signedAssertion(account: ServiceAccount, nowSeconds: number): Promise<string> {
  const kid = account.private_key_id;
  try {
    return await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(kid !== undefined && { kid }) })
      .setIssuer(account.client_email)
      .setAudience(account.token_uri)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + ASSERTION_LIFE_SECONDS)
      .sign(await importPKCS8(account.private_key, "RS256"));
  } catch (cause) {
    throw new PushFailure({ kind: "configError", reason: "fcm:unusable-key" }, cause);
  }
}

/** `invalid_grant` and the like need an operator; a server that is busy needs time. */
function refused(status: number, body: string, retryAfter: string | undefined, nowMs: number): PushFailure {
  const known = refusal.safeParse(parsedJson(body));
  const reason = `oauth:${known.success ? known.data.error : status}`;
  if (status !== 429 && status < 500) return new PushFailure({ kind: "configError", reason });
  const afterMs = retryAfterMs(retryAfter, nowMs);
  return new PushFailure({ kind: "retry", reason, ...(afterMs !== undefined && { afterMs }) });
}
