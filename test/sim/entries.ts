import type { MessageEntry } from "../../src/protocol/entry.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { pack } from "./names.ts";

/** Messages as a session room delivers them. */
export function entriesOf(from: UserId, seqIds: readonly number[]): [MessageEntry, ...MessageEntry[]] {
  const [first, ...rest] = seqIds.map((seqId): MessageEntry => {
    const packId = pack(`${from}-${seqId}`);
    return { seqId, timestamp: seqId, from, packId, kind: "message", contentType: 1, content: `text ${seqId}` };
  });
  if (first === undefined) throw new Error("give at least one seqId");
  return [first, ...rest];
}
