import { ParleyError } from "../../../src/protocol/errors.ts";
import {
  type Archive,
  alice,
  bob,
  chat,
  created,
  group,
  message,
  messages,
  override,
  recall,
  T0,
} from "../archive-under-test.ts";
import { type Case, equal, holds } from "../check.ts";

const seqIds = ({ entries }: { entries: readonly { seqId: number }[] }) => entries.map(({ seqId }) => seqId);

async function errorOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof ParleyError ? error.errorName : String(error);
  }
  return "none";
}

/** What every database that the archive may be on has to keep. */
export const archiveCases: readonly Case<Archive>[] = [
  {
    name: "gives entries back as they were written, whatever they contain",
    async run(archive) {
      const contents = [
        "plain",
        "你好 👋🏽",
        'quote " \\ \u0000 \u2028',
        { text: "a", n: 1.5, deep: [{ x: null }] },
        "\ud800 lone",
      ];
      const written = contents.map((content, index) => message(index + 1, content, { mentions: { all: true } }));
      await archive.write(chat, ...written);
      equal((await archive.page()).entries, written);
    },
  },
  {
    name: "pages in both directions, each page ascending, and says whether more follows",
    async run(archive) {
      await archive.write(chat, ...messages(1, 10));
      const last = await archive.page({ limit: 3 });
      equal([seqIds(last), last.more], [[8, 9, 10], true]);
      equal(seqIds(await archive.page({ before: 8, limit: 3 })), [5, 6, 7]);
      const first = await archive.page({ before: 3, limit: 3 });
      equal([seqIds(first), first.more], [[1, 2], false]);
      const next = await archive.page({ after: 7, limit: 3 });
      equal([seqIds(next), next.more], [[8, 9, 10], false]);
      equal(await archive.page({ after: 10 }), { entries: [], more: false });
      equal(await archive.page({ before: 1 }), { entries: [], more: false });
      equal(await errorOf(archive.page({ before: 12 })), "UNAVAILABLE");
    },
  },
  {
    name: "bounds the bytes of a page, but gives one entry at least",
    async run(archive) {
      const long = "x".repeat(1_000);
      await archive.write(chat, ...messages(1, 5).map(({ seqId }) => message(seqId, long)));
      const page = await archive.page({ after: 0, maxBytes: 2_500 });
      equal([seqIds(page), page.more], [[1, 2], true]);
      const tiny = await archive.page({ before: 4, maxBytes: 10 });
      equal([seqIds(tiny), tiny.more], [[3], true]);
    },
  },
  {
    name: "never pages across a hole: what is missing comes later, and is not skipped",
    async run(archive) {
      equal(await archive.write(chat, ...messages(1, 3)), { completeSeqId: 3, headSeqId: 3 });
      equal(await archive.write(chat, ...messages(6, 8)), { completeSeqId: 3, headSeqId: 8 });
      const before = await archive.page({ after: 1 });
      equal([seqIds(before), before.more], [[2, 3], true]);
      equal(await errorOf(archive.page({ after: 3 })), "UNAVAILABLE");
      equal(seqIds(await archive.page()), [6, 7, 8]);
      equal(await errorOf(archive.page({ before: 6 })), "UNAVAILABLE");
      await archive.write(group, ...messages(3, 4));
      equal(await errorOf(archive.page({ before: 3 }, group)), "UNAVAILABLE");
      equal(await archive.write(chat, ...messages(4, 5)), { completeSeqId: 8, headSeqId: 8 });
      equal(seqIds(await archive.page({ after: 3 })), [4, 5, 6, 7, 8]);
    },
  },
  {
    name: "keeps apps apart that have the same session",
    async run(archive) {
      const other = { app: "another" as typeof archive.app, sessionId: chat }; // SAFETY: matches the pattern
      await archive.write(chat, message(1, "mine"));
      equal((await archive.reader.page(other, { limit: 5 })).entries, []);
      equal(await archive.reader.countEntries(archive.app), 1);
    },
  },
  {
    name: "applies a control entry that comes before its message",
    async run(archive) {
      await archive.write(chat, ...messages(1, 2));
      await archive.write(chat, override(5, 3, "edited"), recall(6, 4));
      await archive.write(chat, ...messages(3, 4));
      const { entries } = await archive.page({ after: 2, limit: 2 });
      equal(entries, [
        message(3, "edited", { edited: { count: 1, at: T0 + 5 }, amendedBy: 5 }),
        message(4, "", { gone: { as: "recalled", by: alice, at: T0 + 6 }, amendedBy: 6 }),
      ]);
    },
  },
  {
    name: "leaves nothing of the content of what is gone, in whatever order it comes",
    async run(archive) {
      const log = [message(1, "secret one"), override(2, 1, "secret two"), message(3, "open")];
      await archive.write(chat, log[1] ?? message(2), log[2] ?? message(3));
      await archive.write(chat, recall(4, 1));
      await archive.write(chat, ...log);
      await archive.write(chat, ...log);
      const dump = await archive.rows("SELECT entry, base, text FROM entries WHERE app = :app");
      equal(
        dump.filter((row) => row.includes("secret")),
        [],
      );
      equal(await archive.found(bob, "secret"), []);
      equal(await archive.found(bob, "open"), [3]);
    },
  },
  {
    name: "shows nothing of what has expired, though nobody has said so yet",
    async run(archive) {
      await archive.write(chat, message(1, "brief", { expiresAt: archive.nowMs + 10 }));
      equal(await archive.found(bob, "brief"), [1]);
      archive.nowMs += 10;
      equal(await archive.found(bob, "brief"), []);
      const gone = { as: "expired", by: alice, at: archive.nowMs } as const;
      equal(await archive.entry(1), message(1, "", { gone }));
    },
  },
  {
    name: "stores the largest batch in one transaction, and all of it again",
    async run(archive) {
      const batch = messages(1, 1_024).map(({ seqId }) => message(seqId, `${seqId} ${"lorem ipsum ".repeat(8)}`));
      const stored = { completeSeqId: 1_024, headSeqId: 1_024 };
      equal(await archive.write(chat, ...batch), stored);
      equal(await archive.write(chat, ...batch), stored);
      equal(await archive.reader.countEntries(archive.app, chat), 1_024);
      equal(await archive.found(bob, "1000 lorem"), [1_000]);
    },
  },
  {
    name: "loses none of what writers of one session store at once",
    async run(archive) {
      const ranges = [6, 1, 11, 16].map((first) => [...messages(first, first + 4), recall(first + 100, first)]);
      await Promise.all(ranges.map((entries) => archive.write(chat, ...entries)));
      equal(
        seqIds(await archive.page({ after: 0, limit: 20 })),
        messages(1, 20).map(({ seqId }) => seqId),
      );
      equal((await archive.writer.progress({ app: archive.app, sessionId: chat })).completeSeqId, 20);
      equal(
        (await archive.page({ after: 0, limit: 20 })).entries.filter((e) => "gone" in e).map((e) => e.seqId),
        [1, 6, 11, 16],
      );
    },
  },
  {
    name: "exports a session from the first entry on, page by page",
    async run(archive) {
      await archive.write(chat, ...messages(1, 25));
      const sizes: number[] = [];
      const all: number[] = [];
      for await (const page of archive.reader.exportSession({ app: archive.app, sessionId: chat }, 10)) {
        sizes.push(page.length);
        all.push(...page.map(({ seqId }) => seqId));
      }
      equal([sizes, all], [[10, 10, 5], messages(1, 25).map(({ seqId }) => seqId)]);
      await archive.write(group, created(alice));
      const sessions = await archive.reader.sessions(archive.app, { limit: 10 });
      equal(sessions, [
        { sessionId: group, headSeqId: 1 },
        { sessionId: chat, headSeqId: 25 },
      ]);
      equal(await archive.reader.sessions(archive.app, { after: group, limit: 10 }), sessions.slice(1));
    },
  },
  {
    name: "counts what is unread at any place of the log",
    async run(archive) {
      const log = [message(1), message(2, "x", { mentions: { users: [bob] } }), message(3, "y", { uncounted: true })];
      await archive.write(
        chat,
        ...log,
        message(4, "z", { from: bob, mentions: { all: true } }),
        message(5),
        recall(6, 2),
      );
      const count = (after: number, upTo: number) =>
        archive.reader.countUnread({ app: archive.app, sessionId: chat }, { userId: bob, after, upTo });
      equal(await count(0, 5), { unread: 3, mentions: 1 });
      equal(await count(0, 6), { unread: 2, mentions: 0 });
      equal(await count(1, 2), { unread: 1, mentions: 1 });
      equal(await count(5, 6), { unread: 0, mentions: 0 });
    },
  },
  {
    name: "erases what a user wrote, and a late copy does not bring it back",
    async run(archive) {
      const mine = [message(1, "secret one", { replyTo: { seqId: 1 }, reactions: { a: 1 }, push: { body: "secret" } })];
      const log = [...mine, override(2, 1, "secret two"), message(3, "theirs", { from: bob })];
      await archive.write(chat, ...log);
      const ask = { app: archive.app, userId: alice, atMs: T0 + 50, limit: 10 };
      equal([await archive.retention.erase(ask), await archive.retention.erase(ask)], [1, 0]);
      await archive.write(chat, ...log);
      const dump = await archive.rows("SELECT entry, base, text FROM entries WHERE app = :app");
      equal(
        dump.filter((row) => row.includes("secret")),
        [],
      );
      const gone = { as: "deleted", by: alice, at: T0 + 50 } as const;
      equal(await archive.entry(1), message(1, "", { gone, amendedBy: 2 }));
      equal([await archive.found(bob, "secret"), await archive.found(bob, "theirs")], [[], [3]]);
    },
  },
  {
    name: "empties what is too old in sessions of one kind, a bounded number at a time",
    async run(archive) {
      await archive.write(chat, ...messages(1, 5));
      await archive.write(group, created(alice), message(2));
      const ask = { app: archive.app, kind: "SC", beforeMs: T0 + 4, limit: 2 } as const;
      equal(
        [await archive.retention.retain(ask), await archive.retention.retain(ask), await archive.retention.retain(ask)],
        [2, 1, 0],
      );
      equal(await archive.found(alice, {}), [5, 4, 2]);
      equal(await archive.entry(3), message(3, "", { gone: { as: "expired", by: alice, at: T0 + 4 } }));
      holds((await archive.page()).entries.length === 5, "their places are kept");
    },
  },
];
