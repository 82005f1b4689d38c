import { assertNever } from "../../kernel/assert.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { HttpResponse } from "../http.ts";
import { PushFailure } from "./failure.ts";
import { parsedJson } from "./json.ts";
import type { PushOutcome } from "./provider.ts";
import { retryAfterMs } from "./retry-after.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** What one of a vendor's codes means for a push. */
export type CodeAction =
  | PushOutcome["kind"]
  /** Too fast: again, but not soon. */
  | "slowDown"
  /** The app's allowance of today is spent. */
  | "quota";

export type CodeTable = Readonly<Record<string, CodeAction>>;

/** How a vendor's answers are to be read. */
export interface Dialect {
  /** Where the code stands. */
  readonly field: string;
  readonly codes: CodeTable;
  readonly clock: Clock;
}

export interface Judgement {
  readonly action: CodeAction;
  readonly outcome: PushOutcome;
  /** The answer's object; empty if it has none. */
  readonly json: JsonObject;
}

/** Vendors count per second or per minute, and none says when to come back. */
const SLOW_DOWN_MS = 30_000;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function parseObject(text: string): JsonObject {
  const value = parsedJson(text);
  return isObject(value) ? value : {};
}

/** A string or number of the answer as text, as vendors mix both. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap((entry) => textOf(entry) ?? []) : [];
}

/** `reason` in logs and metrics: nothing of a vendor's prose, and never without bound. */
function reasonOf(code: string): string {
  return /^[\w.-]{1,40}$/.test(code) ? code : "unknown";
}

export function outcomeOf(action: CodeAction, code: string): PushOutcome {
  const reason = reasonOf(code);
  switch (action) {
    case "sent":
      return { kind: "sent" };
    case "slowDown":
      return { kind: "retry", reason, afterMs: SLOW_DOWN_MS };
    case "quota":
      return { kind: "giveUp", reason: `quota:${reason}` };
    case "dropToken":
    case "retry":
    case "refreshCredential":
    case "configError":
    case "giveUp":
      return { kind: action, reason };
    default:
      return assertNever(action);
  }
}

/** A push that was sent, with the vendor's id of it if it gave one. */
export function named(outcome: PushOutcome, id: unknown): PushOutcome {
  const providerMessageId = textOf(id);
  return outcome.kind === "sent" && providerMessageId !== undefined ? { ...outcome, providerMessageId } : outcome;
}

/** The token that a vendor answered a request for one with. Short of an overload, only an operator can mend a refusal. */
export function issuedToken(outcome: PushOutcome, value: unknown): string {
  const token = textOf(value);
  if (outcome.kind === "sent" && token !== undefined) return token;
  if (outcome.kind === "retry") throw new PushFailure(outcome);
  throw new PushFailure({
    kind: "configError",
    reason: `auth:${outcome.kind === "sent" ? "no-token" : outcome.reason}`,
  });
}

function outcomeOfStatus(response: HttpResponse, nowMs: number): PushOutcome {
  const { status } = response;
  const reason = `http:${status}`;
  if (status >= 200 && status < 300) return { kind: "retry", reason: "unreadable" };
  if (status === 401) return { kind: "refreshCredential", reason };
  if (status === 403 || status === 404) return { kind: "configError", reason };
  if (status === 408 || status === 429 || status >= 500) {
    const afterMs = retryAfterMs(response.headers["retry-after"], nowMs);
    return afterMs === undefined ? { kind: "retry", reason } : { kind: "retry", reason, afterMs };
  }
  return { kind: "giveUp", reason };
}

/**
 * The vendor's own code decides wherever it is known; otherwise the status of HTTP. A code that nobody knows with status 200 gives
 * up: the same request would be answered alike.
 */
export function judge(response: HttpResponse, { field, codes, clock }: Dialect): Judgement {
  const json = parseObject(response.body);
  const code = textOf(json[field]);
  const action = code === undefined ? undefined : codes[code];
  if (code !== undefined && action !== undefined) return { action, outcome: outcomeOf(action, code), json };
  const isRefusal = code !== undefined && response.status >= 200 && response.status < 300;
  const outcome = isRefusal ? outcomeOf("giveUp", code) : outcomeOfStatus(response, clock.nowMs());
  return { action: outcome.kind, outcome, json };
}
