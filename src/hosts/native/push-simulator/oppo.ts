import { TokenDesk } from "./token-desk.ts";
import {
  type Counter,
  CREDENTIAL,
  jsonAnswer,
  type SimulatedAnswer,
  type SimulatedRequest,
  type SimulatedVendor,
} from "./vendor.ts";
import { digestOf, field, formOf, isJson, isText, type Json, wholeError } from "./vendor-form.ts";

export interface SimulatedOppoOptions {
  readonly appKey: string;
  readonly masterSecret: string;
  readonly tokenLifeMs?: number;
}

const AUTH_PATH = "/server/v1/auth";
const BATCH_PATH = "/server/v1/message/notification/unicast_batch";
const MAX_MESSAGES = 1000;
const MAX_TITLE = 50;
const MAX_CONTENT = 200;
const MAX_SKEW_MS = 10 * 60_000;
const OF_TOKENS: ReadonlySet<string> = new Set(["10000"]);

/** OPPO Push: a signed request for a token, and batches of single messages. */
export class SimulatedOppo implements SimulatedVendor {
  readonly provider = "oppo";
  readonly desk: TokenDesk;
  readonly #options: SimulatedOppoOptions;
  /** Messages that a device got, by its token and the app's id of the message. */
  readonly #seen = new Set<string>();
  #messages = 0;

  constructor(options: SimulatedOppoOptions) {
    this.#options = options;
    this.desk = new TokenDesk(options.tokenLifeMs ?? 86_400_000);
  }

  tokensOf(request: SimulatedRequest): readonly string[] {
    if (request.path === AUTH_PATH) return [CREDENTIAL];
    return messagesOf(formOf(request)).map(({ target_value }) => String(target_value));
  }

  answer(request: SimulatedRequest, counter: Counter): SimulatedAnswer {
    const form = formOf(request);
    const code = wholeError(counter, OF_TOKENS);
    if (request.path === AUTH_PATH) return code === undefined ? this.#auth(form) : coded(Number(code));
    if (request.path !== BATCH_PATH) return jsonAnswer(404, {});
    if (this.desk.check(form.auth_token) !== "valid") return coded(11);
    return code === undefined ? this.#batch(messagesOf(form), counter) : coded(Number(code));
  }

  #auth({ app_key: appKey, timestamp, sign }: Readonly<Record<string, string>>): SimulatedAnswer {
    const { appKey: own, masterSecret } = this.#options;
    if (appKey !== own) return coded(14);
    if (Math.abs(Date.now() - Number(timestamp)) > MAX_SKEW_MS) return coded(19);
    if (sign !== digestOf("sha256", `${own}${timestamp}${masterSecret}`)) return coded(16);
    return coded(0, { data: { auth_token: this.desk.issue(), create_time: Date.now() } });
  }

  #batch(messages: readonly Json[], counter: Counter): SimulatedAnswer {
    if (messages.length === 0 || messages.length > MAX_MESSAGES) return coded(41);
    const isFit = ({ target_type, notification }: Json) =>
      target_type === 2 &&
      isJson(notification) &&
      isText(notification.title, MAX_TITLE) &&
      isText(notification.content, MAX_CONTENT);
    if (!messages.every(isFit)) return coded(41);
    return coded(0, { data: messages.map((message) => this.#one(message, counter)) });
  }

  #one(message: Json, counter: Counter): Json {
    const registrationId = String(message.target_value);
    const error = counter.errors.get(registrationId);
    if (error !== undefined) return { registrationId, errorCode: Number(error), errorMessage: "" };
    this.#messages += 1;
    const messageId = `oppo-1-1-${this.#messages}`;
    const notification = field(message, "notification");
    const key = `${registrationId} ${notification.app_message_id}`;
    if (!this.#seen.has(key)) deliver(notification, registrationId, counter);
    this.#seen.add(key);
    return { registrationId, messageId };
  }
}

function deliver(notification: Json, token: string, counter: Counter): void {
  const { title, content, badge_message_count: badge, notify_id } = notification;
  counter.deliver({
    token,
    kind: "shown",
    title: String(title),
    body: String(content),
    ...(typeof badge === "number" ? { badge } : {}),
    collapseId: String(notify_id),
    raw: notification,
  });
}

function messagesOf(form: Readonly<Record<string, string>>): readonly Json[] {
  try {
    const messages: unknown = JSON.parse(form.messages ?? "[]");
    return Array.isArray(messages) ? messages.filter(isJson) : [];
  } catch {
    return [];
  }
}

function coded(code: number, more: Json = {}): SimulatedAnswer {
  return jsonAnswer(200, { code, message: "", ...more });
}
