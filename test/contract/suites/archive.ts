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
  purge,
  recall,
  T0,
} from "../archive-under-test.ts";
import { type Case, equal, holds } from "../check.ts";

const seqIdOf = ({ seqId }: { readonly seqId: number }) => seqId;

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
      equal(await archive.entries(), written);
    },
  },
  {
    name: "gives the entries that are asked for, in that order, as many as fit, but one at least",
    async run(archive) {
      const long = "x".repeat(1_000);
      await archive.write(chat, ...messages(1, 5).map(({ seqId }) => message(seqId, long)));
      const read = async (seqIds: number[], maxBytes?: number) =>
        (await archive.reader.entries({ app: archive.app, sessionId: chat }, seqIds, maxBytes)).map(seqIdOf);
      equal(await read([4, 9, 2, 5]), [4, 2, 5]);
      equal(await read([5, 4, 3], 2_500), [5, 4]);
      equal(await read([3, 2], 10), [3]);
    },
  },
  {
    name: "knows up to where nothing is missing",
    async run(archive) {
      equal(await archive.write(chat, ...messages(1, 3)), { completeSeqId: 3, headSeqId: 3 });
      equal(await archive.write(chat, ...messages(6, 8)), { completeSeqId: 3, headSeqId: 8 });
      equal((await archive.write(group, ...messages(3, 4))).completeSeqId, 0);
      equal(await archive.write(chat, ...messages(4, 5)), { completeSeqId: 8, headSeqId: 8 });
    },
  },
  {
    name: "keeps apps apart that have the same session",
    async run(archive) {
      const other = { app: "another" as typeof archive.app, sessionId: chat }; // SAFETY: matches the pattern
      await archive.write(chat, message(1, "mine"));
      equal(await archive.reader.entries(other, [1]), []);
      equal(await archive.count(), 1);
    },
  },
  {
    name: "applies a control entry that comes before its message",
    async run(archive) {
      await archive.write(chat, ...messages(1, 2));
      await archive.write(chat, override(5, 3, "edited"), recall(6, 4));
      await archive.write(chat, ...messages(3, 4));
      equal((await archive.entries()).slice(2, 4), [
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
      equal(await archive.count(), 1_024);
      equal(await archive.found(bob, "1000 lorem"), [1_000]);
    },
  },
  {
    name: "loses none of what writers of one session store at once",
    async run(archive) {
      const ranges = [6, 1, 11, 16].map((first) => [...messages(first, first + 4), recall(first + 100, first)]);
      await Promise.all(ranges.map((entries) => archive.write(chat, ...entries)));
      const first = (await archive.entries()).slice(0, 20);
      equal(first.map(seqIdOf), messages(1, 20).map(seqIdOf));
      equal((await archive.writer.progress({ app: archive.app, sessionId: chat })).completeSeqId, 20);
      equal(first.filter((entry) => "gone" in entry).map(seqIdOf), [1, 6, 11, 16]);
    },
  },
  {
    name: "empties what is purged, of one sender or of all, and a late copy does not bring it back",
    async run(archive) {
      const mine = [message(1, "secret one", { replyTo: { seqId: 1 }, reactions: { a: 1 }, push: { body: "secret" } })];
      const log = [...mine, override(2, 1, "secret two"), message(3, "theirs", { from: bob }), message(4, "left")];
      await archive.write(chat, ...log);
      await archive.write(chat, purge(5, { after: 0, upTo: 3, sender: alice }));
      await archive.write(chat, ...log);
      const dump = await archive.rows("SELECT entry, base, text FROM entries WHERE app = :app");
      equal(
        dump.filter((row) => row.includes("secret")),
        [],
      );
      const gone = { as: "deleted", by: alice, at: T0 + 5 } as const;
      equal(await archive.entry(1), message(1, "", { gone, amendedBy: 5 }));
      equal([await archive.found(bob, "secret"), await archive.found(bob, "theirs")], [[], [3]]);
      await archive.write(chat, purge(6, { after: 0, upTo: 4 }));
      equal(await archive.found(bob, {}), []);
      equal(await archive.entry(1), message(1, "", { gone, amendedBy: 5 }));
    },
  },
  {
    name: "finds the apps and sessions that still have contents, by age and by sender",
    async run(archive) {
      await archive.write(chat, ...messages(1, 3), message(4, "x", { from: bob }));
      await archive.write(group, created(alice), message(5, "y", { from: bob }));
      const { app } = archive;
      const aged = (kind: "single" | "group", beforeMs: number) => archive.kept.aged({ app, kind, beforeMs });
      const authored = (userId = alice) => archive.kept.authored({ type: "authored", app, userId });
      equal(await aged("single", T0 + 2), { sessionIds: [chat] });
      equal(await aged("single", T0 + 1), { sessionIds: [] });
      equal(await aged("group", T0 + 10), { sessionIds: [group] });
      equal([await authored(), await authored(bob)], [{ sessionIds: [chat] }, { sessionIds: [group, chat] }]);
      await archive.write(chat, purge(5, { after: 0, upTo: 4, sender: bob }));
      equal([await authored(), await authored(bob)], [{ sessionIds: [chat] }, { sessionIds: [group] }]);
      await archive.write(chat, purge(6, { after: 0, upTo: 4 }));
      equal([await authored(), await aged("single", T0 + 10)], [{ sessionIds: [] }, { sessionIds: [] }]);
      const apps: string[] = [];
      for await (const one of archive.kept.apps()) apps.push(one);
      holds(apps.includes(app) && new Set(apps).size === apps.length, "each app once");
    },
  },
];
