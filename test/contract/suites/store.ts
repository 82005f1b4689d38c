import type { Batch, Store } from "../../../src/client/store.ts";
import type { Entry, HotSession, MessageEntry } from "../../../src/protocol/entry.ts";
import type { PackId, UserId } from "../../../src/protocol/ids.ts";
import { type Case, equal, holds } from "../check.ts";

/** A store that was never written to. Opened twice, it is shared. */
export interface StoreUnderTest {
  open(): Store;
}

const S = "SC_alice_bob";

function message(seqId: number, fields: Partial<MessageEntry> = {}): MessageEntry {
  const from = "bob" as UserId; // SAFETY: a valid id
  const packId = `p${seqId}` as PackId; // SAFETY: a valid id
  return { kind: "message", seqId, timestamp: seqId, from, packId, contentType: 1, content: `m${seqId}`, ...fields };
}

function row(lastSeqId: number, fields: Partial<HotSession> = {}): HotSession {
  const counts = { readSeqId: 0, unread: lastSeqId, mentions: 0 };
  return { sessionId: S, firstSeqId: 1, lastSeqId, ...counts, last: message(lastSeqId), member: true, ...fields };
}

function batch(fields: Partial<Batch> = {}): Batch {
  return { userId: "alice", version: 1, priority: 0, sessions: [], entries: [], ...fields };
}

const seqIds = (entries: readonly Entry[]): number[] => entries.map(({ seqId }) => seqId);

async function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "did not fail",
    (error: unknown) => String(error),
  );
}

/** What the SDK takes for granted of a store. */
export const storeCases: readonly Case<StoreUnderTest>[] = [
  {
    name: "is empty at first",
    run: async (subject) => {
      const store = subject.open();
      equal([await store.load(), await store.entries(S)], [undefined, []]);
      await store.close();
    },
  },
  {
    name: "gives back what was written, to the next one that opens it",
    run: async (subject) => {
      const store = subject.open();
      const kept = [message(2, { content: { nested: ["ü", null, 1.5] } }), message(10), message(9)];
      const session = row(10, { attributes: { pinned: true } });
      const sessions = [{ session, cursor: 9 }];
      await store.write(
        batch({ version: 7, priority: 3, sessions, entries: [{ sessionId: S, from: 1, entries: kept }] }),
      );
      await store.close();
      const again = subject.open();
      equal(await again.load(), { userId: "alice", version: 7, priority: 3, sessions });
      equal(seqIds(await again.entries(S)), [2, 9, 10], "ascending by number");
      equal((await again.entries(S))[0], kept[0]);
      equal(await again.entries(`${S}2`), []);
      await again.close();
    },
  },
  {
    name: "drops the entries below the first that is kept, of that session",
    run: async (subject) => {
      const store = subject.open();
      const all = [message(1), message(2), message(3)];
      const both = [S, `${S}2`].map((sessionId) => ({ sessionId, from: 1, entries: all }));
      await store.write(batch({ entries: both }));
      await store.write(batch({ entries: [{ sessionId: S, from: 3, entries: [message(4)] }] }));
      equal(
        [seqIds(await store.entries(S)), seqIds(await store.entries(`${S}2`))],
        [
          [3, 4],
          [1, 2, 3],
        ],
      );
      await store.close();
    },
  },
  {
    name: "stays with the newer of two rows, and never takes a cursor back",
    run: async (subject) => {
      const [one, other] = [subject.open(), subject.open()];
      const write = (store: Store, version: number, session: HotSession, cursor: number) =>
        store.write(batch({ version, sessions: [{ session, cursor }] }));
      await write(one, 5, row(10, { unread: 1 }), 10);
      await write(other, 4, row(10, { unread: 2 }), 8);
      await write(other, 9, row(9, { unread: 3 }), 9);
      equal(await one.load(), {
        ...batch({ version: 9, sessions: [{ session: row(10, { unread: 1 }), cursor: 10 }] }),
        entries: undefined,
      });
      await write(other, 3, row(11, { unread: 4 }), 11);
      await write(one, 9, row(11, { unread: 0 }), 10);
      equal((await other.load())?.sessions, [{ session: row(11, { unread: 0 }), cursor: 11 }]);
      await Promise.all([one.close(), other.close()]);
    },
  },
  {
    name: "stays with the copy that knows of more amendments",
    run: async (subject) => {
      const [one, other] = [subject.open(), subject.open()];
      const write = (store: Store, entry: Entry) =>
        store.write(batch({ entries: [{ sessionId: S, from: 1, entries: [entry] }] }));
      await write(one, message(1, { content: "second", amendedBy: 3 }));
      await write(other, message(1));
      await write(other, message(1, { content: "first", amendedBy: 2 }));
      equal(await other.entries(S), [message(1, { content: "second", amendedBy: 3 })]);
      await write(other, message(1, { content: "third", amendedBy: 4 }));
      await write(one, message(1, { content: "third", amendedBy: 4, streaming: true }));
      equal(await one.entries(S), [message(1, { content: "third", amendedBy: 4, streaming: true })]);
      await Promise.all([one.close(), other.close()]);
    },
  },
  {
    name: "refuses another user's batch as a whole",
    run: async (subject) => {
      const store = subject.open();
      await store.write(batch({ version: 1 }));
      const sessions = [{ session: row(1), cursor: 1 }];
      const entries = [{ sessionId: S, from: 1, entries: [message(1)] }];
      const failure = await failureOf(store.write(batch({ userId: "mallory", version: 8, sessions, entries })));
      holds(failure.includes("another user"), failure);
      equal([(await store.load())?.version, (await store.load())?.sessions, await store.entries(S)], [1, [], []]);
      await store.close();
    },
  },
  {
    name: "stores many writes at once in their order",
    run: async (subject) => {
      const store = subject.open();
      const versions = Array.from({ length: 20 }, (_, index) => index + 1);
      const entriesOf = (version: number) => [{ sessionId: S, from: version - 4, entries: [message(version)] }];
      await Promise.all(versions.map((version) => store.write(batch({ version, entries: entriesOf(version) }))));
      equal([(await store.load())?.version, seqIds(await store.entries(S))], [20, [16, 17, 18, 19, 20]]);
      await store.close();
    },
  },
];
