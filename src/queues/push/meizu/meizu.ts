import { DailyQuota } from "../daily-quota.ts";
import { digestName } from "../names.ts";
import { bodyOf, fittedTapData, titleOf, ttlSecondsOf } from "../notice.ts";
import type { PushBatch, PushMessage, PushOutcome, PushPorts, PushProvider } from "../provider.ts";
import { type CodeTable, type Dialect, judge, named } from "../vendor-answer.ts";
import { exchangeForAll } from "../vendor-batch.ts";
import { md5Hex } from "../vendor-digest.ts";
import { linkOf, postForm } from "../vendor-request.ts";
import { MEIZU_CODES, outcomesOf } from "./answer.ts";

/** One app in Flyme's console. */
export interface MeizuApp {
  readonly appId: string;
  readonly appSecret: string;
  readonly activity?: string;
  /** Where Meizu posts receipts; it must be registered in the console. */
  readonly receiptUrl?: string;
}

export interface MeizuSettings {
  /** By package name. */
  readonly apps: ReadonlyMap<string, MeizuApp>;
  readonly baseUrl?: string;
  readonly codes?: CodeTable;
}

interface Account {
  readonly app: MeizuApp;
  readonly quota: DailyQuota;
}

const BASE_URL = "https://server-api-push.meizu.com";
const MAX_TITLE = 32;
const MAX_BODY = 100;
/** Of what the app gets on a tap, in bytes. */
const MAX_PARAMETERS = 1000;
const HOUR_SECONDS = 3600;
const MAX_TTL_SECONDS = 72 * HOUR_SECONDS;
const NOTIFY_KEY_LENGTH = 8;
/** Private messages: not subject to the daily limit of public ones. */
const PRIVATE_MESSAGE = 1;
const DELIVERED_AND_CLICKED = 3;

/** Flyme Push, by push ids. */
export class MeizuProvider implements PushProvider {
  readonly name = "meizu";
  readonly maxBatch = 100;
  readonly #ports: PushPorts;
  readonly #baseUrl: string;
  readonly #dialect: Dialect;
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(settings: MeizuSettings, ports: PushPorts) {
    this.#ports = ports;
    this.#baseUrl = settings.baseUrl ?? BASE_URL;
    this.#dialect = { field: "code", codes: { ...MEIZU_CODES, ...settings.codes }, clock: ports.clock };
    const account = (app: MeizuApp): Account => ({ app, quota: new DailyQuota(ports.clock) });
    this.#accounts = new Map([...settings.apps].map(([name, app]) => [name, account(app)]));
  }

  send({ message, targets }: PushBatch): Promise<readonly PushOutcome[]> {
    return exchangeForAll(targets, this.#accounts, async ({ app, quota }, tokens) => {
      const spent = quota.spent();
      if (spent !== undefined) return { all: spent };
      const form = { appId: app.appId, pushIds: tokens.join(","), messageJson: messageOf(app, message) };
      const url = linkOf(this.#baseUrl, "/garcia/api/server/push/varnished/pushByPushId");
      const response = await postForm(this.#ports.http, { url }, { ...form, sign: meizuSign(form, app.appSecret) });
      const { action, outcome, json } = judge(response, this.#dialect);
      if (action === "quota") quota.spend();
      if (outcome.kind !== "sent") return { all: outcome };
      return { all: named(outcome, json.msgId), byToken: outcomesOf(json.value) };
    });
  }
}

/** MD5 of the parameters in the order of their names and the app's secret, before any of them is encoded for the form. */
export function meizuSign(form: Readonly<Record<string, string>>, appSecret: string): string {
  const names = Object.keys(form).sort();
  return md5Hex(names.map((name) => `${name}=${form[name]}`).join("") + appSecret);
}

function messageOf(app: MeizuApp, message: PushMessage): string {
  const validHours = Math.ceil(ttlSecondsOf(message, HOUR_SECONDS, MAX_TTL_SECONDS) / HOUR_SECONDS);
  const parameters = fittedTapData(message, MAX_PARAMETERS);
  const sound = message.sound === undefined ? 0 : 1;
  return JSON.stringify({
    noticeBarInfo: {
      noticeMsgType: PRIVATE_MESSAGE,
      title: titleOf(message, MAX_TITLE),
      content: bodyOf(message, MAX_BODY),
    },
    clickTypeInfo:
      app.activity === undefined ? { clickType: 0, parameters } : { clickType: 1, activity: app.activity, parameters },
    pushTimeInfo: { offLine: 1, validTime: validHours },
    advanceInfo: {
      notificationType: { vibrate: sound, lights: 1, sound },
      notifyKey: digestName(message.collapseId, NOTIFY_KEY_LENGTH),
    },
    ...receiptOf(app, message),
  });
}

/** `callback.param` holds 64 bytes. */
function receiptOf({ receiptUrl }: MeizuApp, message: PushMessage) {
  if (receiptUrl === undefined) return {};
  const param = message.id.length <= 64 ? { "callback.param": message.id } : undefined;
  return { extra: { callback: receiptUrl, "callback.type": DELIVERED_AND_CLICKED, ...param } };
}
