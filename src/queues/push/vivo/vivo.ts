import { Credential, type Issued } from "../credential.ts";
import { DailyQuota } from "../daily-quota.ts";
import { outcomeOfFailure } from "../failure.ts";
import { digestName } from "../names.ts";
import type { PushBatch, PushMessage, PushOutcome, PushPorts, PushProvider } from "../provider.ts";
import { type CodeTable, type Dialect, issuedToken, type Judgement, judge, named, textOf } from "../vendor-answer.ts";
import { exchangeForAll, type Verdict } from "../vendor-batch.ts";
import { md5Hex } from "../vendor-digest.ts";
import { linkOf, postJson } from "../vendor-request.ts";
import { invalidUsers, VIVO_CODES } from "./answer.ts";
import { type VivoApp, type VivoEnvelope, vivoNotice } from "./notice.ts";

export interface VivoSettings {
  /** By package name. */
  readonly apps: ReadonlyMap<string, VivoApp>;
  readonly baseUrl?: string;
  readonly codes?: CodeTable;
}

interface Account extends VivoEnvelope {
  readonly credential: Credential;
  readonly quota: DailyQuota;
  /** Of list messages, a thousand a day for a small app. */
  readonly listQuota: DailyQuota;
}

const BASE_URL = "https://api-push.vivo.com.cn";
/** A list costs two requests and one of the day's few list messages. */
const LIST_FROM = 20;
const SINGLES_AT_ONCE = 10;
const MIN_TTL_SECONDS = 60;
const MIN_LIST_TTL_SECONDS = 900;
const TOKEN_LIFE_MS = 86_400_000;
/** vivo advises a new token every hour or two; the old one stays valid. */
const REFRESH_AHEAD_MS = TOKEN_LIFE_MS - 2 * 3_600_000;
const REQUEST_ID_LENGTH = 32;

/** vivo Push: one by one for a few devices, as a list for many. */
export class VivoProvider implements PushProvider {
  readonly name = "vivo";
  readonly maxBatch = 1000;
  readonly #ports: PushPorts;
  readonly #baseUrl: string;
  readonly #dialect: Dialect;
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(settings: VivoSettings, ports: PushPorts) {
    const { clock } = ports;
    this.#ports = ports;
    this.#baseUrl = settings.baseUrl ?? BASE_URL;
    this.#dialect = { field: "result", codes: { ...VIVO_CODES, ...settings.codes }, clock: ports.clock };
    const account = (packageName: string, app: VivoApp): Account => ({
      packageName,
      app,
      quota: new DailyQuota(clock),
      listQuota: new DailyQuota(clock),
      credential: new Credential({ clock, refreshAheadMs: REFRESH_AHEAD_MS, issue: () => this.#issue(app) }),
    });
    this.#accounts = new Map([...settings.apps].map(([name, app]) => [name, account(name, app)]));
  }

  send({ message, targets }: PushBatch): Promise<readonly PushOutcome[]> {
    return exchangeForAll(targets, this.#accounts, async (account, tokens) => {
      const spent = account.quota.spent();
      if (spent !== undefined) return { all: spent };
      const isList = tokens.length >= LIST_FROM && account.listQuota.spent() === undefined;
      return (
        (isList ? await this.#list(account, message, tokens) : undefined) ?? this.#singles(account, message, tokens)
      );
    });
  }

  async #singles(account: Account, message: PushMessage, tokens: readonly string[]): Promise<Verdict> {
    const outcomes = new Map<string, PushOutcome>();
    const waiting = [...tokens];
    const work = async () => {
      for (let token = waiting.shift(); token !== undefined; token = waiting.shift()) {
        outcomes.set(token, await this.#single(account, message, token).catch(outcomeOfFailure));
      }
    };
    await Promise.all(Array.from({ length: Math.min(SINGLES_AT_ONCE, tokens.length) }, work));
    return { all: { kind: "retry", reason: "unsent" }, byToken: outcomes };
  }

  async #single(account: Account, message: PushMessage, token: string): Promise<PushOutcome> {
    const spent = account.quota.spent();
    if (spent !== undefined) return spent;
    const { action, outcome, json } = await this.#post(account, "/message/send", {
      ...vivoNotice(account, message, MIN_TTL_SECONDS),
      regId: token,
      pushMode: pushModeOf(account.app),
      requestId: digestName(`${message.id} ${token}`, REQUEST_ID_LENGTH),
    });
    if (action === "quota") account.quota.spend();
    return named(outcome, json.taskId);
  }

  /** `undefined` if there are no list messages left today: single ones are counted apart. */
  async #list(account: Account, message: PushMessage, tokens: readonly string[]): Promise<Verdict | undefined> {
    const requestId = digestName(message.id, REQUEST_ID_LENGTH);
    const notice = vivoNotice(account, message, MIN_LIST_TTL_SECONDS);
    const saved = await this.#post(account, "/message/saveListPayload", { ...notice, requestId });
    const taskId = textOf(saved.json.taskId);
    if (saved.action === "quota") {
      account.listQuota.spend();
      return undefined;
    }
    if (saved.outcome.kind !== "sent") return { all: saved.outcome };
    if (taskId === undefined) return { all: { kind: "retry", reason: "noTask" } };
    const list = { appId: notice.appId, taskId, regIds: tokens, pushMode: pushModeOf(account.app) };
    const pushed = await this.#post(account, "/message/pushToList", { ...list, requestId });
    if (pushed.action === "quota") account.quota.spend();
    return { all: named(pushed.outcome, taskId), byToken: invalidUsers(pushed.json.invalidUsers) };
  }

  async #post({ credential }: Account, path: string, body: object): Promise<Judgement> {
    const authToken = await credential.value();
    const request = { url: linkOf(this.#baseUrl, path), headers: { authtoken: authToken } };
    const response = await postJson(this.#ports.http, request, JSON.stringify(body));
    const judgement = judge(response, this.#dialect);
    if (judgement.outcome.kind === "refreshCredential") credential.refused(authToken);
    return judgement;
  }

  async #issue(app: VivoApp): Promise<Issued> {
    const nowMs = this.#ports.clock.nowMs();
    const { appKey } = app;
    const body = { appId: Number(app.appId), appKey, timestamp: nowMs, sign: vivoSign(app, String(nowMs)) };
    const url = linkOf(this.#baseUrl, "/message/auth");
    const response = await postJson(this.#ports.http, { url }, JSON.stringify(body));
    const { outcome, json } = judge(response, this.#dialect);
    return { value: issuedToken(outcome, json.authToken), expiresAtMs: nowMs + TOKEN_LIFE_MS };
  }
}

type VivoKey = Pick<VivoApp, "appId" | "appKey" | "appSecret">;

export function vivoSign({ appId, appKey, appSecret }: VivoKey, timestamp: string): string {
  return md5Hex((appId + appKey + timestamp + appSecret).trim());
}

function pushModeOf({ testPush }: VivoApp): 0 | 1 {
  return testPush === true ? 1 : 0;
}
