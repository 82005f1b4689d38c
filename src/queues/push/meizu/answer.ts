import type { PushOutcome } from "../provider.ts";
import { type CodeTable, isObject, outcomeOf, textOf, textsOf } from "../vendor-answer.ts";

/** Of the request as a whole (github.com/MEIZUPUSH/PushAPI). */
export const MEIZU_CODES: CodeTable = {
  "200": "sent",
  "500": "retry",
  "1001": "retry",
  "1003": "retry",
  "1005": "giveUp",
  "1006": "configError",
  "110000": "configError",
  "110001": "configError",
  "110002": "dropToken",
  "110003": "dropToken",
  "110004": "giveUp",
  "110009": "configError",
  "110010": "slowDown",
  "110019": "quota",
  "110031": "configError",
  "110032": "giveUp",
  "110033": "configError",
  "110051": "quota",
  "110053": "giveUp",
};

/** Of one push id. The numbers differ: 110010 is a user who switched notifications off, and 110011 one who had enough of today. */
export const MEIZU_TOKEN_CODES: CodeTable = {
  "201": "giveUp",
  "501": "retry",
  "513": "retry",
  "518": "slowDown",
  "519": "retry",
  // Folded into the pushes of the last minute.
  "520": "giveUp",
  "110002": "dropToken",
  "110003": "dropToken",
  "110005": "dropToken",
  "110010": "giveUp",
  "110011": "giveUp",
};

/** `value` lists what went wrong only: push ids by their code; older servers give the code by its push id. */
export function outcomesOf(value: unknown): ReadonlyMap<string, PushOutcome> {
  const outcome = (code: string) => outcomeOf(MEIZU_TOKEN_CODES[code] ?? "giveUp", code);
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(
    entries.flatMap(([key, entry]): (readonly [string, PushOutcome])[] => {
      const code = textOf(entry);
      if (code !== undefined) return [[key, outcome(code)]];
      return textsOf(entry).map((token) => [token, outcome(key)]);
    }),
  );
}
