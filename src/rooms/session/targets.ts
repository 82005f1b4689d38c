import type { MessageEntry } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { Log } from "./log.ts";

/** The message that a request is about, which must still be there. */
export function messageAt(log: Log, seqId: number): MessageEntry {
  const entry = log.entry(seqId);
  if (entry?.kind !== "message") throw new ParleyError("NO_SUCH_MESSAGE");
  if (entry.gone !== undefined) throw new ParleyError("MESSAGE_GONE");
  return entry;
}
