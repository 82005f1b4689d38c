import type { Entry } from "./entry.ts";
import type { UserId } from "./ids.ts";

/** The counting rule, shared by the mailbox and the SDK so that a device and the server never disagree. */
export interface ReadState {
  readSeqId: number;
  unread: number;
}

/** Whether an entry adds to the unread count of the members who did not send it. */
export function isCountable(entry: Entry): boolean {
  return entry.kind === "message";
}

/**
 * Applies the next entry of a session, in order. Sending a message reads the session up to it:
 * whoever answers has seen what came before. That is why unread entries are always entries of others.
 */
export function applyEntry(state: ReadState, entry: Entry, me: UserId): void {
  if (!isCountable(entry)) return;
  if (entry.from === me) {
    state.readSeqId = entry.seqId;
    state.unread = 0;
  } else {
    state.unread += 1;
  }
}
