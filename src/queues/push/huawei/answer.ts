import type { PushOutcome } from "../provider.ts";
import { type CodeTable, isObject, type JsonObject, parseObject, textsOf } from "../vendor-answer.ts";

/** Honor kept the numbers of the service that it grew out of. */
export const HUAWEI_CODES: CodeTable = {
  "80000000": "sent",
  // Some tokens were refused, and are listed; the others are served.
  "80100000": "sent",
  "80100001": "giveUp",
  "80100002": "giveUp",
  "80100003": "giveUp",
  "80100004": "giveUp",
  "80100013": "giveUp",
  "80100016": "giveUp",
  "80200001": "refreshCredential",
  "80200003": "refreshCredential",
  "80200005": "refreshCredential",
  "80300002": "configError",
  "80300007": "dropToken",
  "80300008": "giveUp",
  "80300010": "giveUp",
  "80600003": "retry",
  "81000001": "retry",
};

/** Groups of the newer answer that say something about the token itself; the others, about the app's rights. */
const DEAD_GROUPS: ReadonlySet<string> = new Set(["tokenFormatError", "noRight", "tokenPlatformNotSupport"]);

const ILLEGAL: PushOutcome = { kind: "dropToken", reason: "illegalToken" };

/**
 * Tokens that an answer names as refused. They are in `msg`, which is JSON in a string then: a list in `illegal_tokens`, or lists by
 * their reason in `illegalTokens`.
 */
export function illegalTokens(answer: JsonObject): ReadonlyMap<string, PushOutcome> {
  const detail = typeof answer.msg === "string" ? { ...answer, ...parseObject(answer.msg) } : answer;
  const listed = textsOf(detail.illegal_tokens).map((token) => [token, ILLEGAL] as const);
  const groups = isObject(detail.illegalTokens) ? Object.entries(detail.illegalTokens) : [];
  const grouped = groups.flatMap(([reason, tokens]) => {
    const outcome: PushOutcome = { kind: DEAD_GROUPS.has(reason) ? "dropToken" : "giveUp", reason: "illegalToken" };
    return textsOf(tokens).map((token) => [token, outcome] as const);
  });
  return new Map([...listed, ...grouped]);
}
