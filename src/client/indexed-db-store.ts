import type { Entry } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import { committed, deleteDatabase, openDatabase, resultOf } from "./indexed-db.ts";
import {
  type Batch,
  type KeptEntries,
  type KeptState,
  newerEntry,
  newerSession,
  type Store,
  type VersionedSession,
} from "./store.ts";

const HEAD = "head";
const SESSIONS = "sessions";
const ENTRIES = "entries";
const THE_HEAD = 0;

type Head = Omit<KeptState, "sessions">;

/** For browsers: one database per user of this origin, shared by its tabs. */
export class IndexedDbStore implements Store {
  readonly #name: string;
  #opening: Promise<IDBDatabase> | undefined;

  /** Where one origin talks to several servers or apps, each needs a `prefix` of its own. */
  constructor(userId: string, prefix = "parley") {
    this.#name = `${prefix}:${userId}`;
  }

  async load(): Promise<KeptState | undefined> {
    const transaction = (await this.#open()).transaction([HEAD, SESSIONS]);
    const [head, rows] = await Promise.all([
      resultOf<Head | undefined>(transaction.objectStore(HEAD).get(THE_HEAD)),
      resultOf<VersionedSession[]>(transaction.objectStore(SESSIONS).getAll()),
    ]);
    if (head === undefined) return undefined;
    return { ...head, sessions: rows.map(({ session, cursor }) => ({ session, cursor })) };
  }

  async entries(sessionId: string): Promise<readonly Entry[]> {
    const transaction = (await this.#open()).transaction(ENTRIES);
    return resultOf<Entry[]>(transaction.objectStore(ENTRIES).getAll(rangeOf(sessionId)));
  }

  async write(batch: Batch): Promise<void> {
    const transaction = (await this.#open()).transaction([HEAD, SESSIONS, ENTRIES], "readwrite");
    const done = committed(transaction);
    try {
      await writeHead(transaction.objectStore(HEAD), batch);
      const entries = transaction.objectStore(ENTRIES);
      await Promise.all([
        writeSessions(transaction.objectStore(SESSIONS), batch),
        ...batch.entries.map((kept) => writeEntries(entries, kept)),
      ]);
    } catch (thrown) {
      // What failed has aborted the transaction itself, or is not of its making.
      done.catch(() => {});
      tryToAbort(transaction);
      throw thrown;
    }
    await done;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    (await opening)?.close();
  }

  /** Forgets everything, for instance after a logout. Other tabs must be closed. */
  async destroy(): Promise<void> {
    await this.close();
    await deleteDatabase(this.#name);
  }

  #open(): Promise<IDBDatabase> {
    this.#opening ??= openDatabase(this.#name, (database) => {
      for (const name of [HEAD, SESSIONS, ENTRIES]) database.createObjectStore(name);
    }).then((database) => {
      // Another tab deletes it: without this it would wait for ever.
      database.onversionchange = () => database.close();
      return database;
    });
    return this.#opening;
  }
}

async function writeHead(head: IDBObjectStore, { userId, version, priority }: Batch): Promise<void> {
  const old = (await resultOf<Head | undefined>(head.get(THE_HEAD))) ?? { userId, version, priority };
  if (old.userId !== userId) throw new ParleyError("BAD_CREDENTIALS", "the store is another user's");
  const next: Head = {
    userId,
    version: Math.max(old.version, version),
    priority: Math.max(old.priority, priority),
  };
  head.put(next, THE_HEAD);
}

async function writeSessions(store: IDBObjectStore, { sessions, version }: Batch): Promise<void> {
  const write = async (next: VersionedSession): Promise<void> => {
    const { sessionId } = next.session;
    const old = await resultOf<VersionedSession | undefined>(store.get(sessionId));
    store.put(newerSession(old, next), sessionId);
  };
  await Promise.all(sessions.map((kept) => write({ ...kept, version })));
}

async function writeEntries(store: IDBObjectStore, { sessionId, from, entries }: KeptEntries): Promise<void> {
  const write = async (next: Entry): Promise<void> => {
    const key = [sessionId, next.seqId];
    const old = await resultOf<Entry | undefined>(store.get(key));
    store.put(newerEntry(old, next), key);
  };
  await Promise.all(entries.map(write));
  store.delete(rangeOf(sessionId, from));
}

/** Keys of a session's entries; `below` a seqId, or all. */
function rangeOf(sessionId: string, below = Number.POSITIVE_INFINITY): IDBKeyRange {
  return IDBKeyRange.bound([sessionId], [sessionId, below], false, true);
}

function tryToAbort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended.
  }
}
