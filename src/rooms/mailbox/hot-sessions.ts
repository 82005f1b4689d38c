import type { Entry, HotSession } from "../../protocol/entry.ts";
import { entryToJson } from "../../protocol/entry-json.ts";
import type { SyncSessionsResult } from "../../protocol/frames/sync.ts";
import { advanceHotSession } from "../../protocol/hot-session.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_PREVIEW_CHARS } from "../../protocol/limits.ts";
import type { ReadState } from "../../protocol/unread.ts";
import type { MailboxStore } from "./store.ts";

/** Rows kept in memory; a user talks in few sessions at a time. */
const MAX_CACHED = 64;

/** The user's recent conversations: one row each, written through. */
export class HotSessions {
  readonly #store: MailboxStore;
  readonly #me: UserId;
  readonly #cache = new Map<string, HotSession>();
  #version: number | undefined;

  constructor(store: MailboxStore, me: UserId) {
    this.#store = store;
    this.#me = me;
  }

  find(sessionId: string): HotSession | undefined {
    const cached = this.#cache.get(sessionId);
    if (cached !== undefined) return cached;
    const stored = this.#store.find(sessionId);
    if (stored !== undefined) this.#remember(stored);
    return stored;
  }

  /** Applies entries in order and answers with those that were new (M1). */
  apply(sessionId: string, entries: readonly Entry[]): readonly Entry[] {
    const old = this.find(sessionId);
    const fresh = newerThan(old?.lastSeqId ?? 0, entries);
    if (!isSome(fresh)) return [];
    const hot = advanceHotSession(old, { sessionId, entries: fresh }, this.#me);
    this.#put({ ...hot, last: previewOf(hot.last) });
    return fresh;
  }

  /** Moves the read cursor; the counts are what is left after it. */
  read({ marked: _, ...hot }: HotSession, { readSeqId, unread, mentions }: ReadState): HotSession {
    return this.change({ ...hot, readSeqId, unread, mentions });
  }

  /** The row as it is from now on. */
  change(hot: HotSession): HotSession {
    this.#put(hot);
    return hot;
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

  #put(hot: HotSession): void {
    this.#version = (this.#version ?? this.#store.newestVersion()) + 1;
    this.#store.put(hot, this.#version);
    this.#remember(hot);
  }

  #remember(hot: HotSession): void {
    this.#cache.delete(hot.sessionId);
    this.#cache.set(hot.sessionId, hot);
    if (this.#cache.size <= MAX_CACHED) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
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
