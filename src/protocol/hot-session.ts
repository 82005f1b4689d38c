import { amended, isAbout } from "./amend.ts";
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
  const state: State = old === undefined ? beginningAt(entries[0]) : { ...old };
  let last = old?.last ?? entries[0];
  for (const entry of entries) {
    const member = memberAfter(entry, me);
    if (member === true) Object.assign(state, beginningAt(entry));
    applyEntry(state, entry, me);
    state.member = member ?? state.member;
    if (entry.kind === "message" && entry.from === me) delete state.marked;
    if (entry.kind !== "control") delete state.hidden;
    last = lastAfter(last, entry);
  }
  return { ...state, sessionId, lastSeqId: entries.at(-1)?.seqId ?? entries[0].seqId, last };
}

type State = Omit<HotSession, "sessionId" | "lastSeqId" | "last">;

/** What was done to an older message is not news; what was done to the newest shows. */
function lastAfter(last: Entry, entry: Entry): Entry {
  if (entry.kind !== "control") return entry;
  return last.kind === "message" && isAbout(entry.control, last) ? amended(last, entry) : last;
}

/**
 * A session begins with the first entry that is the user's, and anew with every join: what was written while they
 * were away is not unread, and what they left unread before is done with. Else the session room, which counts
 * all entries after a cursor, would count others than were delivered.
 */
function beginningAt({ seqId }: Entry): State {
  return { firstSeqId: seqId, readSeqId: seqId - 1, unread: 0, mentions: 0, member: true };
}

/** Whether the user is a member after this entry; `undefined` when it says nothing about that. */
export function memberAfter(entry: Entry, me: UserId): boolean | undefined {
  if (entry.kind !== "notice") return undefined;
  const { notice } = entry;
  switch (notice.event) {
    case "created":
    case "joined":
      return notice.users.includes(me) ? true : undefined;
    case "quit":
    case "removed":
    case "banned":
      return notice.users.includes(me) ? false : undefined;
    case "dismissed":
      return false;
    default:
      return undefined;
  }
}
