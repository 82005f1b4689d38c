import { Credential, type Issued } from "../credential.ts";
import { DailyQuota } from "../daily-quota.ts";
import { digestName } from "../names.ts";
import { bodyOf, fittedTapData, titleOf, ttlSecondsOf } from "../notice.ts";
import type { PushBatch, PushMessage, PushOutcome, PushPorts, PushProvider } from "../provider.ts";
import { type CodeTable, type Dialect, isObject, issuedToken, judge } from "../vendor-answer.ts";
import { exchangeForAll, type Verdict } from "../vendor-batch.ts";
import { notifyIdOf, sha256Hex } from "../vendor-digest.ts";
import { linkOf, postForm } from "../vendor-request.ts";
import { OPPO_CODES, oppoResults } from "./answer.ts";

/** One app on OPPO's push platform. */
export interface OppoApp {
  readonly appKey: string;
  readonly masterSecret: string;
  /** Channel registered with OPPO. */
  readonly channelId?: string;
  /** Message class, `IM` for instance, for apps that OPPO has granted it to: others are refused with code 67. */
  readonly category?: string;
  readonly activity?: string;
  /** Where OPPO posts receipts, with our secret in its query. */
  readonly receiptUrl?: string;
}

export interface OppoSettings {
  /** By package name. */
  readonly apps: ReadonlyMap<string, OppoApp>;
  /** `https://api-intl.push.oppomobile.com` for devices outside China. */
  readonly baseUrl?: string;
  readonly codes?: CodeTable;
}

interface Account {
  readonly app: OppoApp;
  readonly quota: DailyQuota;
  readonly credential: Credential;
}

const BASE_URL = "https://api.push.oppomobile.com";
const MAX_TITLE = 50;
const MAX_BODY = 200;
const MAX_ACTION_BYTES = 4000;
const MAX_TTL_SECONDS = 10 * 86_400;
const MAX_BADGE = 99;
const TOKEN_LIFE_MS = 86_400_000;
const REFRESH_AHEAD_MS = 3_600_000;
const BY_REGISTRATION_ID = 2;
const OPEN_APP = 0;
const OPEN_ACTIVITY = 4;
const REPLACE_BADGE = 0;

/** OPPO Push, unicast in batches. */
export class OppoProvider implements PushProvider {
  readonly name = "oppo";
  readonly maxBatch = 1000;
  readonly #ports: PushPorts;
  readonly #baseUrl: string;
  readonly #dialect: Dialect;
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(settings: OppoSettings, ports: PushPorts) {
    const { clock } = ports;
    this.#ports = ports;
    this.#baseUrl = settings.baseUrl ?? BASE_URL;
    this.#dialect = { field: "code", codes: { ...OPPO_CODES, ...settings.codes }, clock: ports.clock };
    const account = (app: OppoApp): Account => ({
      app,
      quota: new DailyQuota(clock),
      credential: new Credential({ clock, refreshAheadMs: REFRESH_AHEAD_MS, issue: () => this.#issue(app) }),
    });
    this.#accounts = new Map([...settings.apps].map(([name, app]) => [name, account(app)]));
  }

  send({ message, targets }: PushBatch): Promise<readonly PushOutcome[]> {
    return exchangeForAll(targets, this.#accounts, async (account, tokens) => {
      const spent = account.quota.spent();
      if (spent !== undefined) return { all: spent };
      const notification = notificationOf(account.app, message);
      const messages = tokens.map((token) => ({
        target_type: BY_REGISTRATION_ID,
        target_value: token,
        notification,
      }));
      return this.#post(account, JSON.stringify(messages));
    });
  }

  async #post({ quota, credential }: Account, messages: string): Promise<Verdict> {
    const token = await credential.value();
    const url = linkOf(this.#baseUrl, "/server/v1/message/notification/unicast_batch");
    const response = await postForm(this.#ports.http, { url }, { auth_token: token, messages });
    const { action, outcome, json } = judge(response, this.#dialect);
    if (outcome.kind === "refreshCredential") credential.refused(token);
    if (action === "quota") quota.spend();
    return { all: outcome, byToken: oppoResults(json.data, this.#dialect.codes) };
  }

  async #issue(app: OppoApp): Promise<Issued> {
    const nowMs = this.#ports.clock.nowMs();
    const timestamp = String(nowMs);
    const response = await postForm(
      this.#ports.http,
      { url: linkOf(this.#baseUrl, "/server/v1/auth") },
      { app_key: app.appKey, timestamp, sign: oppoSign(app, timestamp) },
    );
    const { outcome, json } = judge(response, this.#dialect);
    const data = isObject(json.data) ? json.data : {};
    return { value: issuedToken(outcome, data.auth_token), expiresAtMs: nowMs + TOKEN_LIFE_MS };
  }
}

export function oppoSign(
  { appKey, masterSecret }: Pick<OppoApp, "appKey" | "masterSecret">,
  timestamp: string,
): string {
  return sha256Hex(appKey + timestamp + masterSecret);
}

function notificationOf(app: OppoApp, message: PushMessage) {
  return {
    // OPPO shows a message to a device once by this: a retry after a lost answer is no second notification.
    app_message_id: digestName(message.id, 32),
    style: 1,
    title: titleOf(message, MAX_TITLE),
    content: bodyOf(message, MAX_BODY),
    click_action_type: app.activity === undefined ? OPEN_APP : OPEN_ACTIVITY,
    ...(app.activity === undefined ? {} : { click_action_activity: app.activity }),
    action_parameters: JSON.stringify(fittedTapData(message, MAX_ACTION_BYTES)),
    off_line: true,
    off_line_ttl: ttlSecondsOf(message, 1, MAX_TTL_SECONDS),
    notify_id: notifyIdOf(message.collapseId),
    badge_operation_type: REPLACE_BADGE,
    badge_message_count: Math.min(MAX_BADGE, Math.max(0, message.badge)),
    ...(app.channelId === undefined ? {} : { channel_id: app.channelId }),
    ...(app.category === undefined ? {} : { category: app.category }),
    ...receiptOf(app, message),
  };
}

/** The parameter holds 50 characters. */
function receiptOf({ receiptUrl }: OppoApp, message: PushMessage) {
  if (receiptUrl === undefined) return {};
  return { call_back_url: receiptUrl, ...(message.id.length <= 50 ? { call_back_parameter: message.id } : {}) };
}
