import { TokenDesk } from "./token-desk.ts";
import {
  type Counter,
  CREDENTIAL,
  jsonAnswer,
  type SimulatedAnswer,
  type SimulatedRequest,
  type SimulatedVendor,
  textOf,
} from "./vendor.ts";
import { field, formOf, isText, type Json, jsonOf, listOf, wholeError } from "./vendor-form.ts";

export interface SimulatedHuaweiOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenLifeMs?: number;
}

const TOKEN_PATH = "/oauth2/v3/token";
const MAX_TOKENS = 1000;
const MAX_BYTES = 4096;
const MAX_TEXT = 4096;
const ILLEGAL_TOKEN: ReadonlySet<string> = new Set(["80300007"]);

/** HUAWEI Push Kit: OAuth, `messages:send` and `messages:revoke`. */
export class SimulatedHuawei implements SimulatedVendor {
  readonly provider = "huawei";
  readonly desk: TokenDesk;
  readonly #options: SimulatedHuaweiOptions;
  #requests = 0;

  constructor(options: SimulatedHuaweiOptions) {
    this.#options = options;
    this.desk = new TokenDesk(options.tokenLifeMs ?? 3_600_000);
  }

  tokensOf(request: SimulatedRequest): readonly string[] {
    if (request.path === TOKEN_PATH) return [CREDENTIAL];
    const content = jsonOf(textOf(request));
    return listOf(field(content, "message").token ?? content.token);
  }

  answer(request: SimulatedRequest, counter: Counter): SimulatedAnswer {
    if (request.path === TOKEN_PATH) return this.#token(request);
    const base = `/v1/${this.#options.clientId}/messages:`;
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    if (request.path === `${base}send`) return this.#send(field(jsonOf(textOf(request)), "message"), counter);
    if (request.path === `${base}revoke`) return this.#revoke(jsonOf(textOf(request)), counter);
    return jsonAnswer(404, {});
  }

  #token(request: SimulatedRequest): SimulatedAnswer {
    const form = formOf(request);
    const { clientId, clientSecret, tokenLifeMs = 3_600_000 } = this.#options;
    const isClient = form.client_id === clientId && form.client_secret === clientSecret;
    if (form.grant_type !== "client_credentials" || !isClient) {
      return jsonAnswer(400, { error: 1101, sub_error: 20155, error_description: "invalid client" });
    }
    const token = { access_token: this.desk.issue(), expires_in: tokenLifeMs / 1000, token_type: "Bearer" };
    return jsonAnswer(200, token);
  }

  #refusal({ headers }: SimulatedRequest): SimulatedAnswer | undefined {
    const state = this.desk.check(headers.authorization?.replace(/^Bearer /, ""));
    if (state === "expired") return coded("80200003", 401);
    return state === "unknown" ? coded("80200001", 401) : undefined;
  }

  #send(message: Json, counter: Counter): SimulatedAnswer {
    const tokens = listOf(message.token);
    const code = wholeError(counter, ILLEGAL_TOKEN) ?? faultOf(message, tokens);
    if (code !== undefined) return coded(code, code === "81000001" ? 500 : 200);
    const notification = field(field(message, "android"), "notification");
    const badge = field(notification, "badge").set_num;
    const legal = tokens.filter((token) => !counter.errors.has(token));
    for (const token of legal) {
      counter.deliver({
        token,
        kind: "shown",
        title: String(notification.title),
        body: String(notification.body),
        ...(typeof badge === "number" ? { badge } : {}),
        collapseId: String(notification.notify_id),
        raw: message,
      });
    }
    return this.#result(tokens, legal);
  }

  #revoke(content: Json, counter: Counter): SimulatedAnswer {
    const tokens = listOf(content.token);
    const code = wholeError(counter, ILLEGAL_TOKEN);
    if (code !== undefined) return coded(code);
    if (typeof content.notifyId !== "number") return coded("80100003");
    const legal = tokens.filter((token) => !counter.errors.has(token));
    for (const token of legal) {
      counter.deliver({ token, kind: "withdrawn", collapseId: String(content.notifyId), raw: content });
    }
    return this.#result(tokens, legal);
  }

  #result(tokens: readonly string[], legal: readonly string[]): SimulatedAnswer {
    this.#requests += 1;
    const requestId = `17${this.#requests}`;
    if (legal.length === tokens.length) return coded("80000000", 200, { msg: "Success", requestId });
    if (legal.length === 0) return coded("80300007", 200, { msg: "Invalid Token", requestId });
    const illegal = tokens.filter((token) => !legal.includes(token));
    const msg = JSON.stringify({ success: legal.length, failure: illegal.length, illegal_tokens: illegal });
    return coded("80100000", 200, { msg, requestId });
  }
}

function faultOf(message: Json, tokens: readonly string[]): string | undefined {
  const { token: _token, ...rest } = message;
  const notification = field(field(message, "android"), "notification");
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) return "80300010";
  if (Buffer.byteLength(JSON.stringify(rest)) > MAX_BYTES) return "80300008";
  if (!isText(notification.title, MAX_TEXT) || !isText(notification.body, MAX_TEXT)) return "80100003";
  const { click_action: click, badge } = notification;
  const isBadge = badge === undefined || typeof field(notification, "badge").class === "string";
  return typeof click === "object" && isBadge ? undefined : "80100003";
}

function coded(code: string, status = 200, more: Json = {}): SimulatedAnswer {
  return jsonAnswer(status, { code, msg: "", requestId: "0", ...more });
}
