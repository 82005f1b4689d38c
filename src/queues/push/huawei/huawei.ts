import { type ClientAccount, clientAccounts } from "../client-credentials.ts";
import { fitNotice, intentUri, tapDataOf, ttlSecondsOf, visible } from "../notice.ts";
import type { PushBatch, PushMessage, PushOutcome, PushPorts, PushProvider, PushWithdrawal } from "../provider.ts";
import { type CodeTable, type Dialect, judge, named } from "../vendor-answer.ts";
import { asWithdrawal, exchangeForAll, type Verdict } from "../vendor-batch.ts";
import { notifyIdOf } from "../vendor-digest.ts";
import { linkOf, postJson } from "../vendor-request.ts";
import { HUAWEI_CODES, illegalTokens } from "./answer.ts";

/** One app in AppGallery Connect. */
export interface HuaweiApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** In the URL of the API, where it is not the client id. */
  readonly appId?: string;
  /** Message class, which Huawei grants per app; `IM` unless set. */
  readonly category?: string;
  readonly channelId?: string;
  /** Class of the activity that a tap opens; the launcher unless set. */
  readonly activity?: string;
  /** Class of the launcher activity: a badge is shown only with it. */
  readonly badgeActivity?: string;
}

export interface HuaweiSettings {
  /** By package name. */
  readonly apps: ReadonlyMap<string, HuaweiApp>;
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
  readonly codes?: CodeTable;
}

type Account = ClientAccount<HuaweiApp>;

const BASE_URL = "https://push-api.cloud.huawei.com";
const TOKEN_URL = "https://oauth-login.cloud.huawei.com/oauth2/v3/token";
/** Of the message without its tokens. */
const MAX_BYTES = 4096;
const MAX_BADGE = 99;
const MAX_TTL_SECONDS = 15 * 86_400;

/** HUAWEI Push Kit, downlink messages v1. */
export class HuaweiProvider implements PushProvider {
  readonly name = "huawei";
  readonly maxBatch = 1000;
  readonly #ports: PushPorts;
  readonly #baseUrl: string;
  readonly #dialect: Dialect;
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(settings: HuaweiSettings, ports: PushPorts) {
    const { baseUrl = BASE_URL, tokenUrl = TOKEN_URL } = settings;
    this.#ports = ports;
    this.#baseUrl = baseUrl;
    this.#dialect = { field: "code", codes: { ...HUAWEI_CODES, ...settings.codes }, clock: ports.clock };
    this.#accounts = clientAccounts(ports, { apps: settings.apps, tokenUrl });
  }

  send({ message, targets }: PushBatch): Promise<readonly PushOutcome[]> {
    return exchangeForAll(targets, this.#accounts, (account, tokens) => {
      const payload = fitNotice(message, MAX_BYTES, (fitted) => messageOf(account, fitted));
      // The limit leaves the tokens out of account: they join the encoded message last.
      const body = `{"validate_only":false,"message":${payload.slice(0, -1)},"token":${JSON.stringify(tokens)}}}`;
      return this.#post(account, "messages:send", body);
    });
  }

  withdraw({ collapseId, targets }: PushWithdrawal): Promise<readonly PushOutcome[]> {
    return exchangeForAll(
      targets.map(({ target }) => target),
      this.#accounts,
      (account, tokens) => {
        const body = JSON.stringify({ notifyId: notifyIdOf(collapseId), token: tokens });
        return this.#post(account, "messages:revoke", body).then(asWithdrawal);
      },
    );
  }

  async #post({ app, credential }: Account, verb: string, body: string): Promise<Verdict> {
    const token = await credential.value();
    const response = await postJson(
      this.#ports.http,
      {
        url: linkOf(this.#baseUrl, `/v1/${encodeURIComponent(app.appId ?? app.clientId)}/${verb}`),
        // Type 0 is a notification; only revoking asks for it.
        headers: { authorization: `Bearer ${token}`, "push-type": "0" },
      },
      body,
    );
    const { outcome, json } = judge(response, this.#dialect);
    if (outcome.kind === "refreshCredential") credential.refused(token);
    return { all: named(outcome, json.requestId), byToken: illegalTokens(json) };
  }
}

function messageOf({ app, packageName }: Account, message: PushMessage): string {
  const data = tapDataOf(message);
  return JSON.stringify({
    // An intent carries the data itself.
    ...(app.activity === undefined ? { data: JSON.stringify(data) } : {}),
    android: {
      urgency: message.priority === "high" ? "HIGH" : "NORMAL",
      category: app.category ?? "IM",
      ttl: `${ttlSecondsOf(message, 1, MAX_TTL_SECONDS)}s`,
      bi_tag: message.id,
      notification: {
        title: visible(message.title),
        body: visible(message.body),
        click_action:
          app.activity === undefined ? { type: 3 } : { type: 1, intent: intentUri(packageName, app.activity, data) },
        ...channelOf(app, message),
        ...soundOf(message),
        ...badgeOf(app, message),
        importance: "NORMAL",
        notify_id: notifyIdOf(message.collapseId),
      },
    },
  });
}

function channelOf(app: HuaweiApp, message: PushMessage) {
  const channel = app.channelId ?? message.category;
  return channel === undefined ? {} : { channel_id: channel };
}

function soundOf({ sound }: PushMessage) {
  if (sound === undefined) return { default_sound: false };
  return sound === "default" ? { default_sound: true } : { default_sound: false, sound: `/raw/${sound}` };
}

function badgeOf({ badgeActivity }: HuaweiApp, { badge }: PushMessage) {
  if (badgeActivity === undefined) return {};
  return { badge: { class: badgeActivity, set_num: Math.min(MAX_BADGE, Math.max(0, badge)) } };
}
