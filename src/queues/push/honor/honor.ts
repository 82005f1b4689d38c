import { type ClientAccount, clientAccounts } from "../client-credentials.ts";
import { HUAWEI_CODES, illegalTokens } from "../huawei/answer.ts";
import { fitNotice, intentUri, tapDataOf, ttlSecondsOf, visible } from "../notice.ts";
import type { PushBatch, PushMessage, PushOutcome, PushPorts, PushProvider } from "../provider.ts";
import { type CodeTable, type Dialect, isObject, type JsonObject, judge, named, textsOf } from "../vendor-answer.ts";
import { exchangeForAll, type Verdict } from "../vendor-batch.ts";
import { notifyIdOf } from "../vendor-digest.ts";
import { linkOf, postJson } from "../vendor-request.ts";

/** One app in Honor's developer console, which shows these three. */
export interface HonorApp {
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** `NORMAL` (communication and services) unless set; `LOW` is for marketing and makes no sound. */
  readonly importance?: "NORMAL" | "LOW";
  readonly activity?: string;
  /** Class of the launcher activity: a badge is shown only with it. */
  readonly badgeActivity?: string;
}

export interface HonorSettings {
  /** By package name. */
  readonly apps: ReadonlyMap<string, HonorApp>;
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
  readonly codes?: CodeTable;
}

type Account = ClientAccount<HonorApp>;

const BASE_URL = "https://push-api.cloud.honor.com";
const TOKEN_URL = "https://iam.developer.honor.com/auth/realms/developer/protocol/openid-connect/token";
const MAX_BYTES = 4096;
const MAX_BADGE = 99;
const MAX_TTL_SECONDS = 15 * 86_400;

const HONOR_CODES: CodeTable = { ...HUAWEI_CODES, "200": "sent" };

/** Honor Push, downlink messages. */
export class HonorProvider implements PushProvider {
  readonly name = "honor";
  readonly maxBatch = 1000;
  readonly #ports: PushPorts;
  readonly #baseUrl: string;
  readonly #dialect: Dialect;
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(settings: HonorSettings, ports: PushPorts) {
    const { baseUrl = BASE_URL, tokenUrl = TOKEN_URL } = settings;
    this.#ports = ports;
    this.#baseUrl = baseUrl;
    this.#dialect = { field: "code", codes: { ...HONOR_CODES, ...settings.codes }, clock: ports.clock };
    this.#accounts = clientAccounts(ports, { apps: settings.apps, tokenUrl });
  }

  send({ message, targets }: PushBatch): Promise<readonly PushOutcome[]> {
    return exchangeForAll(targets, this.#accounts, (account, tokens) => {
      const payload = fitNotice(message, MAX_BYTES, (fitted) => messageOf(account, fitted));
      return this.#post(account, `${payload.slice(0, -1)},"token":${JSON.stringify(tokens)}}`);
    });
  }

  async #post({ app, credential }: Account, body: string): Promise<Verdict> {
    const token = await credential.value();
    const { http, clock } = this.#ports;
    const response = await postJson(
      http,
      {
        url: linkOf(this.#baseUrl, `/api/v1/${encodeURIComponent(app.appId)}/sendMessage`),
        headers: { authorization: `Bearer ${token}`, timestamp: String(clock.nowMs()) },
      },
      body,
    );
    const { outcome, json } = judge(response, this.#dialect);
    if (outcome.kind === "refreshCredential") credential.refused(token);
    const data = isObject(json.data) ? json.data : {};
    return { all: named(outcome, data.requestId ?? json.requestId), byToken: refusedTokens(json, data) };
  }
}

/** Tokens that the answer takes out: those that have expired, and those that it failed to serve. */
function refusedTokens(json: JsonObject, data: JsonObject): ReadonlyMap<string, PushOutcome> {
  const failed: PushOutcome = { kind: "retry", reason: "failToken" };
  const expired: PushOutcome = { kind: "dropToken", reason: "expireToken" };
  return new Map([
    ...illegalTokens(json),
    ...textsOf(data.failTokens).map((token) => [token, failed] as const),
    ...textsOf(data.expireTokens).map((token) => [token, expired] as const),
  ]);
}

function messageOf({ app, packageName }: Account, message: PushMessage): string {
  const data = tapDataOf(message);
  return JSON.stringify({
    // An intent carries the data itself.
    ...(app.activity === undefined ? { data: JSON.stringify(data) } : {}),
    android: {
      ttl: `${ttlSecondsOf(message, 1, MAX_TTL_SECONDS)}s`,
      biTag: message.id,
      notification: {
        title: visible(message.title),
        body: visible(message.body),
        clickAction:
          app.activity === undefined ? { type: 3 } : { type: 1, intent: intentUri(packageName, app.activity, data) },
        importance: app.importance ?? "NORMAL",
        notifyId: notifyIdOf(message.collapseId),
        ...badgeOf(app, message),
      },
    },
  });
}

function badgeOf({ badgeActivity }: HonorApp, { badge }: PushMessage) {
  if (badgeActivity === undefined) return {};
  return { badge: { badgeClass: badgeActivity, setNum: Math.min(MAX_BADGE, Math.max(0, badge)) } };
}
