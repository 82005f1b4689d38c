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
import { digestOf, isText, type Json, jsonOf, listOf, wholeError } from "./vendor-form.ts";

export interface SimulatedVivoOptions {
  readonly appId: string;
  readonly appKey: string;
  readonly appSecret: string;
  readonly tokenLifeMs?: number;
}

const MAX_LIST = 1000;
const MAX_TITLE_COLUMNS = 40;
const MAX_CONTENT_COLUMNS = 100;
const MAX_SKEW_MS = 10 * 60_000;
/** `status` of an invalid user, ordered for a token of a list. */
const OF_TOKENS: ReadonlySet<string> = new Set(["1", "2", "3", "4"]);
/** Stands for the token of a list's content. */
export const VIVO_LIST = "(list)";

/** vivo Push: a signed request for a token, single messages, and lists in two steps. */
export class SimulatedVivo implements SimulatedVendor {
  readonly provider = "vivo";
  readonly desk: TokenDesk;
  readonly #options: SimulatedVivoOptions;
  readonly #lists = new Map<string, Json>();
  readonly #requestIds = new Set<string>();
  #tasks = 0;

  constructor(options: SimulatedVivoOptions) {
    this.#options = options;
    this.desk = new TokenDesk(options.tokenLifeMs ?? 86_400_000);
  }

  tokensOf(request: SimulatedRequest): readonly string[] {
    const { path } = request;
    if (path === "/message/auth") return [CREDENTIAL];
    if (path === "/message/saveListPayload") return [VIVO_LIST];
    const content = jsonOf(textOf(request));
    return listOf(content.regIds ?? [content.regId]);
  }

  answer(request: SimulatedRequest, counter: Counter): SimulatedAnswer {
    const content = jsonOf(textOf(request));
    const code = wholeError(counter, OF_TOKENS);
    if (request.path === "/message/auth") return code === undefined ? this.#auth(content) : coded(Number(code));
    if (this.desk.check(request.headers.authtoken) !== "valid") return coded(10000);
    if (code !== undefined) return coded(Number(code));
    if (String(content.appId) !== this.#options.appId) return coded(10094);
    switch (request.path) {
      case "/message/send":
        return this.#send(content, counter);
      case "/message/saveListPayload":
        return this.#save(content);
      case "/message/pushToList":
        return this.#push(content, counter);
      default:
        return jsonAnswer(404, {});
    }
  }

  #auth({ appId, appKey, timestamp, sign }: Json): SimulatedAnswer {
    const { appId: ownId, appKey: ownKey, appSecret } = this.#options;
    const isKey = appId === Number(ownId) && appKey === ownKey;
    const isTimely = Math.abs(Date.now() - Number(timestamp)) <= MAX_SKEW_MS;
    const isSigned = sign === digestOf("md5", `${ownId}${ownKey}${timestamp}${appSecret}`);
    return isKey && isTimely && isSigned ? coded(0, { authToken: this.desk.issue() }) : coded(10000);
  }

  #send(content: Json, counter: Counter): SimulatedAnswer {
    const refusal = faultOf(content) ?? this.#repeated(content);
    if (refusal !== undefined) return refusal;
    deliver(content, String(content.regId), counter);
    return coded(0, { taskId: this.#task() });
  }

  #save(content: Json): SimulatedAnswer {
    const refusal = faultOf(content);
    if (refusal !== undefined) return refusal;
    const taskId = this.#task();
    this.#lists.set(taskId, content);
    return coded(0, { taskId });
  }

  #push(list: Json, counter: Counter): SimulatedAnswer {
    const content = this.#lists.get(String(list.taskId));
    const tokens = listOf(list.regIds);
    if (content === undefined || tokens.length < 2 || tokens.length > MAX_LIST) return coded(10050);
    for (const token of tokens.filter((one) => !counter.errors.has(one))) deliver(content, token, counter);
    const invalidUsers = [...counter.errors].map(([userid, status]) => ({ status: Number(status), userid }));
    return coded(0, { requestId: list.requestId, invalidUsers });
  }

  #repeated({ requestId }: Json): SimulatedAnswer | undefined {
    const id = String(requestId);
    if (this.#requestIds.has(id)) return coded(10303);
    this.#requestIds.add(id);
    return undefined;
  }

  #task(): string {
    this.#tasks += 1;
    return `34298${this.#tasks}`;
  }
}

/** A Chinese character counts as two. */
function columns(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u0100-\ud7ff\uf900-\uffff]/.test(character) ? 2 : 1), 0);
}

function faultOf({ title, content, requestId, timeToLive, skipType }: Json): SimulatedAnswer | undefined {
  if (!isText(title, MAX_TITLE_COLUMNS) || columns(title) > MAX_TITLE_COLUMNS) return coded(10056);
  if (!isText(content, MAX_CONTENT_COLUMNS) || columns(content) > MAX_CONTENT_COLUMNS) return coded(10059);
  const isKept = typeof timeToLive === "number" && timeToLive >= 60 && timeToLive <= 604_800;
  return isKept && isText(requestId, 64) && (skipType === 1 || skipType === 4) ? undefined : coded(10101);
}

function deliver(content: Json, token: string, counter: Counter): void {
  const { title, content: body } = content;
  counter.deliver({ token, kind: "shown", title: String(title), body: String(body), raw: content });
}

function coded(result: number, more: Json = {}): SimulatedAnswer {
  return jsonAnswer(200, { result, desc: "", ...more });
}
