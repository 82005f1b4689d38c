import type { Entry, HotSession } from "./entry.ts";
import type { UserId } from "./ids.ts";
import { applyEntry } from "./unread.ts";

/**
 * The hot row after entries that follow it, in order and all newer than it. Shared by the mailbox and the SDK,
 * so that a device computes between two syncs what the server stores.
 */
export function advanceHotSession(
  old: HotSession | undefined,
  { sessionId, entries }: { sessionId: string; entries: readonly [Entry, ...Entry[]] },
  me: UserId,
): HotSession {
  const firstSeqId = old?.firstSeqId ?? entries[0].seqId;
  const state = {
    readSeqId: old?.readSeqId ?? firstSeqId - 1,
    unread: old?.unread ?? 0,
    member: old?.member ?? true,
  };
  let last = entries[0];
  for (const entry of entries) {
    applyEntry(state, entry, me);
    state.member = memberAfter(entry, me) ?? state.member;
    last = entry;
  }
  return { sessionId, firstSeqId, lastSeqId: last.seqId, ...state, last };
}

/** Whether the user is a member after this entry; `undefined` when it says nothing about that. */
function memberAfter(entry: Entry, me: UserId): boolean | undefined {
  if (entry.kind !== "notice") return undefined;
  const { notice } = entry;
  switch (notice.event) {
    case "created":
    case "joined":
      return notice.users.includes(me) ? true : undefined;
    case "quit":
    case "removed":
      return notice.users.includes(me) ? false : undefined;
    case "dismissed":
      return false;
    default:
      return undefined;
  }
}
