import {
  type Counter,
  jsonAnswer,
  type SimulatedAnswer,
  type SimulatedRequest,
  type SimulatedVendor,
} from "./vendor.ts";
import { digestOf, field, formOf, isText, jsonOf, listOf, wholeError } from "./vendor-form.ts";

export interface SimulatedMeizuOptions {
  readonly appId: string;
  readonly appSecret: string;
}

const MAX_TOKENS = 100;
const MAX_TITLE = 32;
const MAX_CONTENT = 100;
/** Codes that stand beside a push id; the number 110010 is also one of the whole request, ordered as `rate`. */
const OF_TOKENS: ReadonlySet<string> = new Set([
  "201",
  "501",
  "513",
  "518",
  "519",
  "520",
  "110002",
  "110003",
  "110005",
  "110010",
  "110011",
]);
const RATE = "rate";

/** Flyme Push: signed forms. */
export class SimulatedMeizu implements SimulatedVendor {
  readonly provider = "meizu";
  readonly #options: SimulatedMeizuOptions;
  #messages = 0;

  constructor(options: SimulatedMeizuOptions) {
    this.#options = options;
  }

  tokensOf(request: SimulatedRequest): readonly string[] {
    return listOf(formOf(request).pushIds);
  }

  answer(request: SimulatedRequest, counter: Counter): SimulatedAnswer {
    if (request.path !== "/garcia/api/server/push/varnished/pushByPushId") return jsonAnswer(404, {});
    const { sign, ...form } = formOf(request);
    const { appId, appSecret } = this.#options;
    const pairs = Object.entries(form).sort(([left], [right]) => (left < right ? -1 : 1));
    const signed = pairs.map(([name, value]) => `${name}=${value}`).join("") + appSecret;
    if (form.appId !== appId) return coded("110000");
    if (sign !== digestOf("md5", signed)) return coded("1006");
    const code = wholeError(counter, OF_TOKENS);
    if (code !== undefined) return coded(code === RATE ? "110010" : code);
    return this.#send(form, counter);
  }

  #send(form: Readonly<Record<string, string>>, counter: Counter): SimulatedAnswer {
    const tokens = listOf(form.pushIds);
    const message = jsonOf(form.messageJson);
    const notice = field(message, "noticeBarInfo");
    const { title, content } = notice;
    const { validTime } = field(message, "pushTimeInfo");
    const notifyKey = String(field(message, "advanceInfo").notifyKey ?? "");
    const isHours = Number.isInteger(validTime) && Number(validTime) >= 1 && Number(validTime) <= 72;
    if (tokens.length === 0 || tokens.length > MAX_TOKENS || !isHours) return coded("1005");
    if (!isText(title, MAX_TITLE) || !isText(content, MAX_CONTENT)) return coded("1005");
    if (!/^[\w-]{0,8}$/.test(notifyKey)) return coded("1005");
    for (const token of tokens.filter((one) => !counter.errors.has(one))) {
      counter.deliver({ token, kind: "shown", title, body: content, collapseId: notifyKey, raw: message });
    }
    this.#messages += 1;
    const value: Record<string, string[]> = {};
    for (const [token, error] of counter.errors) value[error] = [...(value[error] ?? []), token];
    return jsonAnswer(200, { code: "200", message: "", value, msgId: `mz${this.#messages}`, redirect: "" });
  }
}

function coded(code: string): SimulatedAnswer {
  return jsonAnswer(200, { code, message: "", value: "", redirect: "" });
}
