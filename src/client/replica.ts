import { emptied } from "../protocol/amend.ts";
import type { Entry, MessageEntry } from "../protocol/entry.ts";
import type { HistoryResult } from "../protocol/frames/message.ts";
import type { PriorityItem, SyncSessionsResult } from "../protocol/frames/sync.ts";
import { MAX_HISTORY_LIMIT } from "../protocol/limits.ts";
import type { Emitter } from "./emitter.ts";
import { EntryCache } from "./entry-cache.ts";
import type { Environment } from "./environment.ts";
import type { ClientEvents } from "./events.ts";
import { Keeper } from "./keeper.ts";
import type { Request } from "./requests.ts";
import type { Batch, Store } from "./store.ts";
import { Timelines } from "./timelines.ts";

export type HistoryRange = Pick<Request<"history.pull">, "before" | "after" | "limit">;

export interface ReplicaPorts {
  readonly environment: Environment;
  readonly events: Emitter<ClientEvents>;
  readonly store: Store;
  readonly cachedEntries: number;
  history(sessionId: string, range: HistoryRange): Promise<HistoryResult>;
}

/** What this device knows of the user's sessions: their rows, what was handed out, copies of the newest entries. All of it kept. */
export class Replica {
  readonly timelines: Timelines;
  readonly #ports: ReplicaPorts;
  readonly #cache: EntryCache;
  readonly #keeper: Keeper;
  /** Fetched up to here; `undefined` before anything was. */
  #priority: number | undefined;
  /** A later run begins here: control entries that wait for the log are in no copy yet. */
  #keptPriority = 0;
  /** Copies that changed with the entry that is being handed out; told of after it. */
  #changedWith: MessageEntry[] | undefined;
  readonly #refetching = new Set<string>();

  constructor(ports: ReplicaPorts) {
    this.#ports = ports;
    const touched = (sessionId: string) => this.#keeper.touch(sessionId);
    this.timelines = new Timelines({
      entry: (sessionId, entry) => this.#handedOut(sessionId, entry),
      session: (session) => ports.events.emit("session", session),
      gap: (sessionId, after, upTo) => ports.events.emit("gap", { sessionId, after, upTo }),
      pull: (sessionId, after) => ports.history(sessionId, { after, limit: MAX_HISTORY_LIMIT }),
      touched,
    });
    this.#cache = new EntryCache({
      limit: ports.cachedEntries,
      load: (sessionId) => this.#load(sessionId),
      cursor: (sessionId) => this.timelines.cursor(sessionId),
      amended: (sessionId, entry) => this.#amended(sessionId, entry),
      touched,
    });
    this.#keeper = new Keeper({
      environment: ports.environment,
      store: ports.store,
      settled: () => this.#cache.settled(),
      batch: (sessionIds) => this.#batch(sessionIds),
      written: () => this.#cache.written(),
      failed: (error) => ports.events.emit("storeError", { error }),
    });
  }

  /** What an earlier run kept. */
  async load(): Promise<void> {
    try {
      const kept = await this.#ports.store.load();
      if (kept === undefined) return;
      this.#priority = kept.priority;
      this.#keptPriority = kept.priority;
      this.timelines.restore(kept);
    } catch (error) {
      this.#ports.events.emit("storeError", { error });
    }
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    this.timelines.close();
    await this.#keeper.flush();
    try {
      await this.#ports.store.close();
    } catch (error) {
      this.#ports.events.emit("storeError", { error });
    }
  }

  cached(sessionId: string): Promise<Entry[]> {
    return this.#cache.view(sessionId);
  }

  /** A page before `before`, or the newest: from the copies as far as they go, then from the server. */
  async entriesBefore(sessionId: string, before: number | undefined, limit: number): Promise<HistoryResult> {
    const cached = (await this.cached(sessionId)).filter(({ seqId }) => before === undefined || seqId < before);
    const page = cached.slice(-limit);
    const [first] = page;
    if (first !== undefined) return { entries: page, more: first.seqId > 1 };
    const range = before === undefined ? { limit } : { before, limit };
    const { entries, more } = await this.#ports.history(sessionId, range);
    return { entries: await this.#cache.absorb(sessionId, entries), more };
  }

  /** One page of the sync. Answers whether there are priority entries to fetch. */
  synced({ sessions, version, more, priority }: SyncSessionsResult): boolean {
    this.#priority ??= priority;
    this.timelines.synced(sessions, version, !more);
    this.#keeper.touch();
    return priority > this.#priority;
  }

  get priority(): number {
    return this.#priority ?? 0;
  }

  /** One page of the priority entries. */
  prioritised(items: readonly PriorityItem[], cursor: number): void {
    this.#priority = cursor;
    for (const { sessionId, entry } of items) {
      if (entry.kind === "control") this.#cache.addEarly(sessionId, entry);
      this.#ports.events.emit("priority", { sessionId, entry });
    }
    this.#keeper.touch();
  }

  /** The user deleted messages for themself. */
  hidden(sessionId: string, seqIds: readonly number[]): void {
    const { me } = this.timelines;
    if (me === undefined) return;
    const gone = { as: "hidden", by: me, at: this.#ports.environment.nowMs() } as const;
    for (const seqId of seqIds) this.#cache.change(sessionId, seqId, (message) => emptied(message, gone));
    const last = this.timelines.find(sessionId)?.last;
    if (last?.kind !== "message" || !seqIds.includes(last.seqId)) return;
    this.timelines.change(sessionId, (session) => ({ ...session, last: emptied(last, gone) }));
  }

  /** A stream grew. What was missed of it is fetched. */
  grew({ sessionId, seqId, offset, text }: ClientEvents["chunk"]): void {
    this.#cache.change(sessionId, seqId, (message) => {
      const { content, streaming } = message;
      if (streaming !== true || typeof content !== "string" || content.length >= offset + text.length) return message;
      if (content.length >= offset) return { ...message, content: content.slice(0, offset) + text };
      void this.#refetch(sessionId, seqId);
      return message;
    });
  }

  async #refetch(sessionId: string, seqId: number): Promise<void> {
    const key = `${sessionId} ${seqId}`;
    if (this.#refetching.has(key)) return;
    this.#refetching.add(key);
    try {
      const { entries } = await this.#ports.history(sessionId, { after: seqId - 1, limit: 1 });
      const [now] = entries;
      if (now?.kind === "message" && now.seqId === seqId)
        this.#cache.change(sessionId, seqId, (old) => newer(old, now));
    } catch {
      // The next chunk tries again, and the end of the stream brings the whole text.
    }
    this.#refetching.delete(key);
  }

  #handedOut(sessionId: string, entry: Entry): void {
    const changed: MessageEntry[] = [];
    this.#changedWith = changed;
    this.#cache.add(sessionId, entry);
    this.#changedWith = undefined;
    this.#ports.events.emit("entry", { sessionId, entry });
    for (const one of changed) this.#ports.events.emit("message", { sessionId, entry: one });
  }

  #amended(sessionId: string, entry: MessageEntry): void {
    if (this.#changedWith !== undefined) this.#changedWith.push(entry);
    else this.#ports.events.emit("message", { sessionId, entry });
  }

  async #load(sessionId: string): Promise<readonly Entry[]> {
    try {
      return await this.#ports.store.entries(sessionId);
    } catch (error) {
      this.#ports.events.emit("storeError", { error });
      return [];
    }
  }

  #batch(sessionIds: readonly string[]): Batch | undefined {
    const { me, version, isComplete } = this.timelines;
    if (me === undefined || !isComplete) return undefined;
    if (!this.#cache.hasEarly) this.#keptPriority = this.priority;
    const sessions = sessionIds.flatMap((sessionId) => this.timelines.kept(sessionId) ?? []);
    const entries = sessionIds.flatMap((sessionId) => this.#cache.takeChanges(sessionId));
    return { userId: me, version, priority: this.#keptPriority, sessions, entries };
  }
}

/** The copy of the server, unless more was done to the own one meanwhile. */
function newer(own: MessageEntry, served: MessageEntry): MessageEntry {
  return (served.amendedBy ?? 0) >= (own.amendedBy ?? 0) ? served : own;
}
