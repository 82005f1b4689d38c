import { Credential, type Issued } from "./credential.ts";
import { PushFailure } from "./failure.ts";
import type { PushOutcome, PushPorts } from "./provider.ts";
import { parseObject, textOf } from "./vendor-answer.ts";
import { postForm } from "./vendor-request.ts";

interface OAuthClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const DEFAULT_LIFE_SECONDS = 3600;
const REFRESH_AHEAD_MS = 5 * 60_000;

/** A bearer token by the client credentials grant (RFC 6749, section 4.4), as Huawei and Honor issue them. */
function clientCredentials(ports: PushPorts, client: OAuthClient): Credential {
  const { clock } = ports;
  return new Credential({ clock, refreshAheadMs: REFRESH_AHEAD_MS, issue: () => issued(ports, client) });
}

/** An app that gets its tokens that way. */
export interface ClientAccount<App> {
  readonly packageName: string;
  readonly app: App;
  readonly credential: Credential;
}

/** An account for each app, by package name. */
export function clientAccounts<App extends Omit<OAuthClient, "tokenUrl">>(
  ports: PushPorts,
  { apps, tokenUrl }: { readonly apps: ReadonlyMap<string, App>; readonly tokenUrl: string },
): ReadonlyMap<string, ClientAccount<App>> {
  const accountOf = (packageName: string, app: App): ClientAccount<App> => {
    const { clientId, clientSecret } = app;
    return { packageName, app, credential: clientCredentials(ports, { tokenUrl, clientId, clientSecret }) };
  };
  return new Map([...apps].map(([packageName, app]) => [packageName, accountOf(packageName, app)]));
}

async function issued({ http, clock }: PushPorts, client: OAuthClient): Promise<Issued> {
  const { tokenUrl: url, clientId, clientSecret } = client;
  const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const response = await postForm(http, { url }, form);
  const answer = parseObject(response.body);
  const value = textOf(answer.access_token);
  if (response.status !== 200 || value === undefined) throw new PushFailure(refusal(response.status));
  const seconds = Number(answer.expires_in);
  const lifeMs = (seconds > 0 ? seconds : DEFAULT_LIFE_SECONDS) * 1000;
  return { value, expiresAtMs: clock.nowMs() + lifeMs };
}

/** Anything but an overload says that the client or its secret is wrong. */
function refusal(status: number): PushOutcome {
  const isOverload = status === 408 || status === 429 || status >= 500;
  return { kind: isOverload ? "retry" : "configError", reason: `auth:${status}` };
}
