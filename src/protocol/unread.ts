import type { Entry } from "./entry.ts";
import type { UserId } from "./ids.ts";
import type { Mentions } from "./message-parts.ts";

/** The counting rule, shared by the mailbox and the SDK so that a device and the server never disagree. */
export interface ReadState {
  readSeqId: number;
  unread: number;
  mentions: number;
}

/**
 * Whether an entry adds to the unread count of the members who did not send it. A message that is gone still does: the
 * control entry that follows takes it back, so that the count is the same whenever the message is delivered.
 */
export function isCountable(entry: Entry): boolean {
  return entry.kind === "message" && entry.uncounted !== true;
}

export function isMentioned(mentions: Mentions | undefined, me: UserId): boolean {
  return mentions !== undefined && (mentions.all === true || mentions.users?.includes(me) === true);
}

/**
 * Applies the next entry of a session, in order. Sending a message reads the session up to it:
 * whoever answers has seen what came before. That is why unread entries are always entries of others.
 */
export function applyEntry(state: ReadState, entry: Entry, me: UserId): void {
  if (entry.kind === "control") {
    uncount(state, entry.control, me);
  } else if (entry.kind === "message" && entry.from === me) {
    state.readSeqId = entry.seqId;
    state.unread = 0;
    state.mentions = 0;
  } else if (entry.kind === "message" && isCountable(entry)) {
    state.unread += 1;
    if (isMentioned(entry.mentions, me)) state.mentions += 1;
  }
}

function uncount(state: ReadState, control: (Entry & { kind: "control" })["control"], me: UserId): void {
  if (!("uncounts" in control) || control.uncounts !== true) return;
  if (control.target <= state.readSeqId || control.targetFrom === me) return;
  state.unread -= 1;
  if (isMentioned(control.mentions, me)) state.mentions -= 1;
}
