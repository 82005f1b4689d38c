import type { PushOutcome } from "../provider.ts";
import { type CodeTable, isObject, named, outcomeOf, textOf } from "../vendor-answer.ts";

/** Of open.oppomobile.com, "addresses, common parameters and return codes". */
export const OPPO_CODES: CodeTable = {
  "0": "sent",
  "-1": "retry",
  "-2": "slowDown",
  "11": "refreshCredential",
  "12": "giveUp",
  "13": "slowDown",
  "14": "configError",
  "15": "configError",
  "16": "configError",
  "17": "configError",
  "18": "configError",
  // The clocks differ by more than ten minutes.
  "19": "configError",
  "20": "giveUp",
  "21": "giveUp",
  "22": "giveUp",
  "23": "giveUp",
  "24": "giveUp",
  "25": "giveUp",
  "26": "configError",
  "27": "configError",
  "28": "configError",
  "29": "refreshCredential",
  "30": "configError",
  "31": "giveUp",
  // We sent it before, and its answer was lost.
  "32": "sent",
  "33": "quota",
  "34": "giveUp",
  "40": "giveUp",
  "41": "giveUp",
  "51": "giveUp",
  "55": "slowDown",
  "59": "configError",
  "67": "configError",
  "10000": "dropToken",
};

/** One result per registration id; documents and servers name the fields in either style. */
export function oppoResults(data: unknown, codes: CodeTable): ReadonlyMap<string, PushOutcome> {
  const results = Array.isArray(data) ? data.filter(isObject) : [];
  return new Map(
    results.flatMap((result): (readonly [string, PushOutcome])[] => {
      const token = textOf(result.registrationId ?? result.registration_id);
      if (token === undefined) return [];
      const code = textOf(result.errorCode ?? result.error_code) ?? "0";
      const outcome = outcomeOf(codes[code] ?? "giveUp", code);
      return [[token, named(outcome, result.messageId ?? result.message_id)]];
    }),
  );
}
