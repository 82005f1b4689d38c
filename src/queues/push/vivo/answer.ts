import type { PushOutcome } from "../provider.ts";
import { type CodeTable, isObject, outcomeOf, textOf } from "../vendor-answer.ts";

/** Of dev.vivo.com.cn, document 368. */
export const VIVO_CODES: CodeTable = {
  "0": "sent",
  "10000": "refreshCredential",
  "10040": "retry",
  // The app is under review, and only test pushes pass.
  "10045": "configError",
  "10050": "giveUp",
  "10055": "giveUp",
  "10056": "giveUp",
  "10058": "giveUp",
  "10059": "giveUp",
  "10066": "giveUp",
  "10067": "giveUp",
  "10070": "quota",
  // Outside the hours in which marketing is let through, as which vivo classified it.
  "10071": "giveUp",
  "10072": "slowDown",
  "10073": "quota",
  "10085": "giveUp",
  "10094": "configError",
  "10101": "giveUp",
  "10102": "retry",
  "10103": "giveUp",
  "10104": "giveUp",
  "10203": "slowDown",
  // The allowance of list messages; single ones have their own.
  "10252": "quota",
  "10254": "quota",
  "10302": "dropToken",
  // We sent it before, and its answer was lost.
  "10303": "sent",
};

/** Why a registration id of a list was passed over: unknown, or uninstalled or switched off. Others are idle for long, or no test devices. */
const DEAD_STATUS: ReadonlySet<string> = new Set(["1", "2"]);

export function invalidUsers(users: unknown): ReadonlyMap<string, PushOutcome> {
  const listed = Array.isArray(users) ? users.filter(isObject) : [];
  return new Map(
    listed.flatMap((user): (readonly [string, PushOutcome])[] => {
      const token = textOf(user.userid ?? user.userId);
      const status = textOf(user.status) ?? "unknown";
      if (token === undefined) return [];
      return [[token, outcomeOf(DEAD_STATUS.has(status) ? "dropToken" : "giveUp", `invalidUser.${status}`)]];
    }),
  );
}
