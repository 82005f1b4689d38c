import {
  type Counter,
  jsonAnswer,
  type SimulatedAnswer,
  type SimulatedRequest,
  type SimulatedVendor,
} from "./vendor.ts";
import { formOf, isText, listOf, wholeError } from "./vendor-form.ts";

export interface SimulatedXiaomiOptions {
  readonly appSecret: string;
  readonly packageName: string;
}

const MAX_TOKENS = 1000;
const MAX_TITLE = 49;
const MAX_DESCRIPTION = 127;
const MAX_PAYLOAD_BYTES = 4096;
const BAD_REGID: ReadonlySet<string> = new Set(["20301"]);

type Form = Readonly<Record<string, string>>;

/** Mi Push: the secret in a header, messages and revocations by registration ids. */
export class SimulatedXiaomi implements SimulatedVendor {
  readonly provider = "xiaomi";
  readonly #options: SimulatedXiaomiOptions;
  #messages = 0;

  constructor(options: SimulatedXiaomiOptions) {
    this.#options = options;
  }

  tokensOf(request: SimulatedRequest): readonly string[] {
    const form = formOf(request);
    return listOf(form.registration_id ?? form.registration_ids);
  }

  answer(request: SimulatedRequest, counter: Counter): SimulatedAnswer {
    const form = formOf(request);
    if (request.headers.authorization !== `key=${this.#options.appSecret}`) return coded(21301);
    if (form.restricted_package_name !== this.#options.packageName) return coded(22022);
    const code = wholeError(counter, BAD_REGID);
    if (code !== undefined) return coded(Number(code));
    const tokens = this.tokensOf(request);
    if (tokens.length === 0 || tokens.length > MAX_TOKENS) return coded(10017);
    if (request.path === "/v3/message/regid") return this.#send(form, tokens, counter);
    if (request.path === "/v1/message/regid/revoke") return this.#revoke(form, tokens, counter);
    return jsonAnswer(404, {});
  }

  #send(form: Form, tokens: readonly string[], counter: Counter): SimulatedAnswer {
    if (!isText(form.title, MAX_TITLE) || !isText(form.description, MAX_DESCRIPTION)) return coded(10017);
    if (Buffer.byteLength(form.payload ?? "") > MAX_PAYLOAD_BYTES) return coded(65009);
    if (!/^\d+$/.test(form.notify_id ?? "")) return coded(22103);
    for (const token of this.#known(tokens, counter)) {
      const { title, description: body, notify_id: collapseId = "" } = form;
      counter.deliver({ token, kind: "shown", title, ...(body === undefined ? {} : { body }), collapseId, raw: form });
    }
    return this.#result(tokens, counter);
  }

  #revoke(form: Form, tokens: readonly string[], counter: Counter): SimulatedAnswer {
    for (const token of this.#known(tokens, counter)) {
      counter.deliver({ token, kind: "withdrawn", collapseId: form.notify_id ?? "", raw: form });
    }
    return this.#result(tokens, counter);
  }

  #known(tokens: readonly string[], { errors }: Counter): readonly string[] {
    return tokens.filter((token) => !errors.has(token));
  }

  #result(tokens: readonly string[], counter: Counter): SimulatedAnswer {
    const known = this.#known(tokens, counter);
    if (known.length === 0) return coded(20301);
    this.#messages += 1;
    const bad = tokens.filter((token) => !known.includes(token));
    const data = { id: `sdm${this.#messages}`, ...(bad.length === 0 ? {} : { bad_regids: bad.join(",") }) };
    return jsonAnswer(200, { result: "ok", trace_id: "Xsim", code: 0, data, description: "成功", info: "" });
  }
}

function coded(code: number): SimulatedAnswer {
  return jsonAnswer(200, { result: "error", trace_id: "Xsim", code, reason: "", description: "" });
}
