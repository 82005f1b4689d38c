import { DailyQuota } from "../daily-quota.ts";
import { digestName } from "../names.ts";
import { bodyOf, fittedTapData, intentUri, titleOf, ttlSecondsOf } from "../notice.ts";
import type { PushBatch, PushMessage, PushOutcome, PushPorts, PushProvider, PushWithdrawal } from "../provider.ts";
import { type CodeTable, type Dialect, isObject, judge, named, textOf } from "../vendor-answer.ts";
import { asWithdrawal, exchangeForAll, type Verdict } from "../vendor-batch.ts";
import { notifyIdOf } from "../vendor-digest.ts";
import { linkOf, postForm } from "../vendor-request.ts";
import { XIAOMI_CODES } from "./codes.ts";

/** One app in Xiaomi's developer console. */
export interface XiaomiApp {
  readonly appSecret: string;
  /** Channel registered with Xiaomi, of the class of private messages; without one a device shows very few pushes a day. */
  readonly channelId?: string;
  readonly activity?: string;
  /** Where Xiaomi posts receipts, with our secret in its query. */
  readonly receiptUrl?: string;
}

export interface XiaomiSettings {
  /** By package name. */
  readonly apps: ReadonlyMap<string, XiaomiApp>;
  readonly baseUrl?: string;
  readonly codes?: CodeTable;
}

interface Account {
  readonly packageName: string;
  readonly app: XiaomiApp;
  readonly quota: DailyQuota;
}

const BASE_URL = "https://api.xmpush.xiaomi.com";
/** "Fewer than 50" and "fewer than 128" characters. */
const MAX_TITLE = 49;
const MAX_BODY = 127;
const MAX_PAYLOAD_BYTES = 4000;
const MAX_TTL_SECONDS = 14 * 86_400;
/** Delivered, clicked, and the device unknown. */
const RECEIPT_KINDS = 1 + 2 + 16;
const JOB_KEY_LENGTH = 20;

/** Mi Push, by registration ids. */
export class XiaomiProvider implements PushProvider {
  readonly name = "xiaomi";
  readonly maxBatch = 1000;
  readonly #ports: PushPorts;
  readonly #baseUrl: string;
  readonly #dialect: Dialect;
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(settings: XiaomiSettings, ports: PushPorts) {
    this.#ports = ports;
    this.#baseUrl = settings.baseUrl ?? BASE_URL;
    this.#dialect = { field: "code", codes: { ...XIAOMI_CODES, ...settings.codes }, clock: ports.clock };
    const account = (packageName: string, app: XiaomiApp): Account => {
      return { packageName, app, quota: new DailyQuota(ports.clock) };
    };
    this.#accounts = new Map([...settings.apps].map(([name, app]) => [name, account(name, app)]));
  }

  send({ message, targets }: PushBatch): Promise<readonly PushOutcome[]> {
    return exchangeForAll(targets, this.#accounts, async (account, tokens) => {
      const spent = account.quota.spent();
      if (spent !== undefined) return { all: spent };
      const form = { ...formOf(account, message), registration_id: tokens.join(",") };
      return this.#post(account, "/v3/message/regid", form);
    });
  }

  withdraw({ collapseId, targets }: PushWithdrawal): Promise<readonly PushOutcome[]> {
    return exchangeForAll(
      targets.map(({ target }) => target),
      this.#accounts,
      async (account, tokens) => {
        const form = {
          registration_ids: tokens.join(","),
          restricted_package_name: account.packageName,
          notify_id: String(notifyIdOf(collapseId)),
        };
        return asWithdrawal(await this.#post(account, "/v1/message/regid/revoke", form));
      },
    );
  }

  async #post({ app, quota }: Account, path: string, form: Readonly<Record<string, string>>): Promise<Verdict> {
    const request = { url: linkOf(this.#baseUrl, path), headers: { authorization: `key=${app.appSecret}` } };
    const response = await postForm(this.#ports.http, request, form);
    const { action, outcome, json } = judge(response, this.#dialect);
    if (action === "quota") quota.spend();
    if (outcome.kind !== "sent") return { all: outcome };
    const data = isObject(json.data) ? json.data : {};
    const bad = (textOf(data.bad_regids) ?? "").split(",").filter((token) => token !== "");
    const dropped: PushOutcome = { kind: "dropToken", reason: "badRegid" };
    return { all: named(outcome, data.id), byToken: new Map(bad.map((token) => [token, dropped] as const)) };
  }
}

function formOf({ app, packageName }: Account, message: PushMessage): Record<string, string> {
  const data = fittedTapData(message, MAX_PAYLOAD_BYTES);
  return {
    restricted_package_name: packageName,
    title: titleOf(message, MAX_TITLE),
    description: bodyOf(message, MAX_BODY),
    payload: JSON.stringify(data),
    pass_through: "0",
    // All of sound, vibration and light, or none.
    notify_type: message.sound === undefined ? "0" : "-1",
    notify_id: String(notifyIdOf(message.collapseId)),
    time_to_live: String(ttlSecondsOf(message, 1, MAX_TTL_SECONDS) * 1000),
    // The phone shows a second message of the same job not at all: a retry after a lost answer is no second notification.
    "extra.jobkey": digestName(message.id, JOB_KEY_LENGTH),
    ...tapOf(app, packageName, data),
    ...(app.channelId === undefined ? {} : { "extra.channel_id": app.channelId }),
    ...receiptOf(app, message),
  };
}

function tapOf({ activity }: XiaomiApp, packageName: string, data: Readonly<Record<string, string>>) {
  if (activity === undefined) return { "extra.notify_effect": "1" };
  return { "extra.notify_effect": "2", "extra.intent_uri": intentUri(packageName, activity, data) };
}

/** `callback.param` holds 64 bytes. */
function receiptOf({ receiptUrl }: XiaomiApp, message: PushMessage): Record<string, string> {
  if (receiptUrl === undefined) return {};
  const param = message.id.length <= 64 ? { "extra.callback.param": message.id } : undefined;
  return { "extra.callback": receiptUrl, "extra.callback.type": String(RECEIPT_KINDS), ...param };
}
