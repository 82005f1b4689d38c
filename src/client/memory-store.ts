import type { Entry } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import {
  type Batch,
  type KeptEntries,
  type KeptState,
  newerEntry,
  newerSession,
  type Store,
  type VersionedSession,
} from "./store.ts";

/** Keeps nothing beyond the life of the process: for programs that live long, and for tests. */
export class MemoryStore implements Store {
  #head: Omit<KeptState, "sessions"> | undefined;
  readonly #sessions = new Map<string, VersionedSession>();
  readonly #entries = new Map<string, Map<number, Entry>>();

  async load(): Promise<KeptState | undefined> {
    if (this.#head === undefined) return undefined;
    const sessions = [...this.#sessions.values()].map(({ session, cursor }) => ({ session, cursor }));
    return { ...this.#head, sessions };
  }

  async entries(sessionId: string): Promise<readonly Entry[]> {
    return [...(this.#entries.get(sessionId)?.values() ?? [])].sort((a, b) => a.seqId - b.seqId);
  }

  async write({ userId, version, priority, sessions, entries }: Batch): Promise<void> {
    const old = this.#head ?? { userId, version, priority };
    if (old.userId !== userId) throw new ParleyError("BAD_CREDENTIALS", "the store is another user's");
    this.#head = {
      userId,
      version: Math.max(old.version, version),
      priority: Math.max(old.priority, priority),
    };
    for (const kept of sessions) {
      const { sessionId } = kept.session;
      this.#sessions.set(sessionId, newerSession(this.#sessions.get(sessionId), { ...kept, version }));
    }
    for (const kept of entries) this.#write(kept);
  }

  async close(): Promise<void> {}

  #write({ sessionId, from, entries }: KeptEntries): void {
    const kept = this.#entries.get(sessionId) ?? new Map<number, Entry>();
    this.#entries.set(sessionId, kept);
    for (const entry of entries) kept.set(entry.seqId, newerEntry(kept.get(entry.seqId), entry));
    for (const seqId of kept.keys()) if (seqId < from) kept.delete(seqId);
  }
}
