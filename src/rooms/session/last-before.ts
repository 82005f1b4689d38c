import type { Log } from "./log.ts";

/** The last entry in (after, upTo] that is older, or `after`: timestamps never decrease. */
export function lastBefore(
  log: Log,
  beforeMs: number,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): number {
  let [low, high] = [after, Math.max(after, upTo)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (log.timestampOf(middle) < beforeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}
