import type { Entry, HotSession, MessageEntry } from "../protocol/entry.ts";

/** A row of the session list, and how far the session's entries were handed out. */
export interface KeptSession {
  readonly session: HotSession;
  readonly cursor: number;
}

/** What a client must keep between two runs to go on where it was. Plain data. */
export interface KeptState {
  readonly userId: string;
  /** Of the last sync page. The rows are at least as new. */
  readonly version: number;
  /** Priority entries up to here are in the kept entries. */
  readonly priority: number;
  readonly sessions: readonly KeptSession[];
}

/** Changed copies of a session's entries; kept ones below `from` are dropped. */
export interface KeptEntries {
  readonly sessionId: string;
  readonly from: number;
  readonly entries: readonly Entry[];
}

/** What changed since the last write. */
export interface Batch extends KeptState {
  readonly entries: readonly KeptEntries[];
}

/**
 * Where a client keeps what a later run needs. A write is stored as a whole or not at all. Two clients of the same user may
 * share a store (tabs of a browser): of two copies of the same thing the newer one stays, whoever writes last.
 */
export interface Store {
  /** `undefined` when nothing was kept. */
  load(): Promise<KeptState | undefined>;
  /** The kept entries of a session, ascending. */
  entries(sessionId: string): Promise<readonly Entry[]>;
  write(batch: Batch): Promise<void>;
  close(): Promise<void>;
}

/** A row as it is kept: `version` is the one that its writer had synced. */
export interface VersionedSession extends KeptSession {
  readonly version: number;
}

/**
 * Which of two rows stays. A client that had a later entry had, in the order of its connection, everything that the server
 * did to the row before; else the one with the later sync knows more. Handed out is handed out, so the cursor never goes back.
 */
export function newerSession(old: VersionedSession | undefined, next: VersionedSession): VersionedSession {
  if (old === undefined) return next;
  const isOlder = next.session.lastSeqId < old.session.lastSeqId || (isSame(old, next) && next.version < old.version);
  const { session, version } = isOlder ? old : next;
  return { session, version, cursor: Math.max(old.cursor, next.cursor) };
}

function isSame(a: KeptSession, b: KeptSession): boolean {
  return a.session.lastSeqId === b.session.lastSeqId;
}

/** Which of two copies of an entry stays: the one that knows more of what was done to it. */
export function newerEntry(old: Entry | undefined, next: Entry): Entry {
  if (old?.kind !== "message" || next.kind !== "message") return next;
  return amendments(next) < amendments(old) ? old : next;
}

function amendments({ amendedBy = 0 }: MessageEntry): number {
  return amendedBy;
}
