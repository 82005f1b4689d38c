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

export interface SimulatedHonorOptions {
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenLifeMs?: number;
}

const TOKEN_PATH = "/auth/realms/developer/protocol/openid-connect/token";
const MAX_BYTES = 4096;
const MAX_TOKENS = 1000;
const MAX_TEXT = 4096;
const MAX_SKEW_MS = 10 * 60_000;
/** Ordered for a token: expired, and failed. */
const OF_TOKENS: ReadonlySet<string> = new Set(["80300007", "failToken"]);

/** Honor Push: OAuth and `sendMessage`. */
export class SimulatedHonor implements SimulatedVendor {
  readonly provider = "honor";
  readonly desk: TokenDesk;
  readonly #options: SimulatedHonorOptions;
  #requests = 0;

  constructor(options: SimulatedHonorOptions) {
    this.#options = options;
    this.desk = new TokenDesk(options.tokenLifeMs ?? 3_600_000);
  }

  tokensOf(request: SimulatedRequest): readonly string[] {
    return request.path === TOKEN_PATH ? [CREDENTIAL] : listOf(jsonOf(textOf(request)).token);
  }

  answer(request: SimulatedRequest, counter: Counter): SimulatedAnswer {
    if (request.path === TOKEN_PATH) return this.#token(formOf(request));
    const { headers, path } = request;
    const state = this.desk.check(headers.authorization?.replace(/^Bearer /, ""));
    if (state !== "valid") return coded(state === "expired" ? "80200003" : "80200001", 401);
    if (Math.abs(Date.now() - Number(headers.timestamp)) > MAX_SKEW_MS) return coded("80100001");
    if (path !== `/api/v1/${this.#options.appId}/sendMessage`) return jsonAnswer(404, {});
    return this.#send(jsonOf(textOf(request)), counter);
  }

  #token(form: Readonly<Record<string, string>>): SimulatedAnswer {
    const { clientId, clientSecret, tokenLifeMs = 3_600_000 } = this.#options;
    const isClient = form.client_id === clientId && form.client_secret === clientSecret;
    if (form.grant_type !== "client_credentials" || !isClient) {
      return jsonAnswer(401, { error: "unauthorized_client", error_description: "Invalid client" });
    }
    return jsonAnswer(200, { access_token: this.desk.issue(), expires_in: tokenLifeMs / 1000, token_type: "Bearer" });
  }

  #send(message: Json, counter: Counter): SimulatedAnswer {
    const tokens = listOf(message.token);
    const code = wholeError(counter, OF_TOKENS) ?? faultOf(message, tokens);
    if (code !== undefined) return coded(code, code === "81000001" ? 500 : 200);
    const having = (error: string) => tokens.filter((token) => counter.errors.get(token) === error);
    const [expireTokens, failTokens] = [having("80300007"), having("failToken")];
    const notification = field(field(message, "android"), "notification");
    const badge = field(notification, "badge").setNum;
    for (const token of tokens.filter((one) => !counter.errors.has(one))) {
      counter.deliver({
        token,
        kind: "shown",
        title: String(notification.title),
        body: String(notification.body),
        ...(typeof badge === "number" ? { badge } : {}),
        collapseId: String(notification.notifyId),
        raw: message,
      });
    }
    this.#requests += 1;
    const data = { sendResult: true, requestId: `18${this.#requests}`, failTokens, expireTokens };
    return jsonAnswer(200, { code: 200, message: "success", data });
  }
}

function faultOf(message: Json, tokens: readonly string[]): string | undefined {
  const { token: _token, ...rest } = message;
  const notification = field(field(message, "android"), "notification");
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) return "80300010";
  if (Buffer.byteLength(JSON.stringify(rest)) > MAX_BYTES) return "80300008";
  const isComplete = isText(notification.title, MAX_TEXT) && isText(notification.body, MAX_TEXT);
  return isComplete && typeof notification.clickAction === "object" ? undefined : "80100003";
}

function coded(code: string, status = 200): SimulatedAnswer {
  return jsonAnswer(status, { code: Number(code), message: "", data: { sendResult: false } });
}
