import { digestOf } from "./digest.ts";

/** The version of what is shown: another whenever it says something else. Quoted, as HTTP has it. */
export function etagOf(shown: object): string {
  return `"${digestOf(JSON.stringify(sorted(shown))).toString(36)}"`;
}

/** The order of fields says nothing, and need not survive a call between rooms. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, inner]) => [name, sorted(inner)]));
}

/** Whether a change may be made to what is `shown`, given the condition of the one who asks (RFC 9110, 13.1.1). */
export function matches(ifMatch: string | undefined, shown: object): boolean {
  if (ifMatch === undefined || ifMatch.trim() === "*") return true;
  const etag = etagOf(shown);
  return ifMatch.split(",").some((one) => one.trim() === etag);
}
