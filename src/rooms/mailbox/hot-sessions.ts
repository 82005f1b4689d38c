import type { Entry, HotSession } from "../../protocol/entry.ts";
import { entryToJson } from "../../protocol/entry-json.ts";
import type { SyncSessionsResult } from "../../protocol/frames/sync.ts";
import { advanceHotSession } from "../../protocol/hot-session.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_PREVIEW_CHARS } from "../../protocol/limits.ts";
import type { ReadState } from "../../protocol/unread.ts";
import { type Receipt, type Reported, receiptFrom, reported } from "./receipt.ts";
import type { HotRow, MailboxStore } from "./store.ts";

/** Rows kept in memory; a user talks in few sessions at a time. */
const MAX_CACHED = 64;

/** The user's recent conversations: one row each, written through. */
export class HotSessions {
  readonly #store: MailboxStore;
  readonly #me: UserId;
  readonly #cache = new Map<string, HotRow>();
  /** Reports that were confirmed and are stored with the next write of the row (M51). */
  readonly #confirmed = new Map<string, Reported>();
  readonly #moved = new Set<string>();
  #version: number | undefined;

  constructor(store: MailboxStore, me: UserId) {
    this.#store = store;
    this.#me = me;
  }

  find(sessionId: string): HotSession | undefined {
    return this.row(sessionId)?.hot;
  }

  row(sessionId: string): HotRow | undefined {
    const cached = this.#cache.get(sessionId);
    if (cached !== undefined) return cached;
    const stored = this.#store.find(sessionId);
    if (stored === undefined) return undefined;
    const confirmed = this.#confirmed.get(sessionId);
    const receipt = confirmed === undefined ? stored.receipt : reported(stored.receipt, confirmed);
    const row = { hot: stored.hot, receipt };
    this.#remember(row);
    return row;
  }

  /** Applies entries in order and answers with those that were new (M1). */
  apply(sessionId: string, entries: readonly Entry[]): readonly Entry[] {
    const old = this.row(sessionId);
    const fresh = newerThan(old?.hot.lastSeqId ?? 0, entries);
    if (!isSome(fresh)) return [];
    const hot = advanceHotSession(old?.hot, { sessionId, entries: fresh }, this.#me);
    this.#put({ hot: { ...hot, last: previewOf(hot.last) }, receipt: receiptAfter(old, hot) });
    return fresh;
  }

  /** The row of a session that was imported: its room takes all of it as read. */
  adopt(hot: HotSession): HotSession {
    const shown = { ...hot, last: previewOf(hot.last) };
    this.#put({ hot: shown, receipt: receiptFrom(shown) });
    return shown;
  }

  /** Moves the read cursor; the counts are what is left after it. */
  read({ marked: _, ...hot }: HotSession, { readSeqId, unread, mentions }: ReadState): HotSession {
    if (readSeqId > hot.readSeqId) this.#moved.add(hot.sessionId);
    return this.change({ ...hot, readSeqId, unread, mentions });
  }

  readToEnd(hot: HotSession): HotSession {
    return this.read(hot, { readSeqId: hot.lastSeqId, unread: 0, mentions: 0 });
  }

  /** The row as it is from now on. */
  change(hot: HotSession): HotSession {
    this.#put({ hot, receipt: this.row(hot.sessionId)?.receipt ?? receiptFrom(hot) });
    return hot;
  }

  /** Everything up to `seqId` is on a device. */
  received({ hot, receipt }: HotRow, seqId: number): void {
    const row = { hot, receipt: { ...receipt, receivedSeqId: seqId } };
    this.#moved.add(hot.sessionId);
    this.#putReceipt(row);
  }

  /** Sessions whose cursors the user moved since the last call. */
  takeMoved(): string[] {
    if (this.#moved.size === 0) return [];
    const moved = [...this.#moved];
    this.#moved.clear();
    return moved;
  }

  /** The session room knows where the user is. Not written by itself: the row is written often enough. */
  confirm(sessionId: string, known: Reported): void {
    const row = this.row(sessionId);
    if (row === undefined) return;
    const receipt = reported(row.receipt, known);
    this.#confirmed.set(sessionId, { read: receipt.reportedRead, received: receipt.reportedReceived });
    this.#remember({ hot: row.hot, receipt });
  }

  /** Writes what was confirmed and not stored with anything else. */
  flush(): void {
    for (const sessionId of [...this.#confirmed.keys()]) {
      const row = this.row(sessionId);
      if (row !== undefined) this.#putReceipt(row);
    }
  }

  /** Versions go on from where they were, for devices that come back with what they knew. */
  erase(): void {
    this.#version ??= this.#store.newestVersion();
    this.#store.deleteAll(this.#version);
    this.#cache.clear();
    this.#confirmed.clear();
    this.#moved.clear();
  }

  page(since: number, limit: number): Omit<SyncSessionsResult, "priority"> {
    const rows = this.#store.changedSince(since, limit + 1);
    const page = rows.slice(0, limit);
    return {
      sessions: page.map(({ hot }) => hot),
      version: page.at(-1)?.version ?? since,
      more: rows.length > limit,
    };
  }

  #put(row: HotRow): void {
    this.#version = (this.#version ?? this.#store.newestVersion()) + 1;
    this.#store.put(row, this.#version);
    this.#confirmed.delete(row.hot.sessionId);
    this.#remember(row);
  }

  #putReceipt(row: HotRow): void {
    this.#store.putReceipt(row.hot.sessionId, row.receipt);
    this.#confirmed.delete(row.hot.sessionId);
    this.#remember(row);
  }

  #remember(row: HotRow): void {
    const { sessionId } = row.hot;
    this.#cache.delete(sessionId);
    this.#cache.set(sessionId, row);
    if (this.#cache.size <= MAX_CACHED) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
}

/** A cursor that a delivery moved is one that the session room can see for itself: an own message, or a join (M53). */
function receiptAfter(old: HotRow | undefined, hot: HotSession): Receipt {
  if (old === undefined) return receiptFrom(hot);
  return hot.readSeqId === old.hot.readSeqId
    ? old.receipt
    : reported(old.receipt, { read: hot.readSeqId, received: hot.readSeqId });
}

/** The same array when all of it is new, as it nearly always is: every member of a group goes through here. */
function newerThan(lastSeqId: number, entries: readonly Entry[]): readonly Entry[] {
  const [first] = entries;
  if (first === undefined || first.seqId > lastSeqId) return entries;
  return entries.filter(({ seqId }) => seqId > lastSeqId);
}

function isSome(entries: readonly Entry[]): entries is readonly [Entry, ...Entry[]] {
  return entries.length > 0;
}

/** The row is written for every member, so a long entry is kept without what makes it long. */
function previewOf(entry: Entry): Entry {
  if (entryToJson(entry).length <= MAX_PREVIEW_CHARS) return entry;
  if (entry.kind === "control") return entry;
  if (entry.kind === "message") return { ...entry, content: "", cut: true };
  const { notice } = entry;
  return "users" in notice ? { ...entry, notice: { ...notice, users: [] }, cut: true } : entry;
}
