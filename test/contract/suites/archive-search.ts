import { UserId } from "../../../src/protocol/ids.ts";
import { singleSessionId } from "../../../src/protocol/session-id.ts";
import {
  type Archive,
  alice,
  bob,
  carol,
  chat,
  created,
  group,
  message,
  messages,
  notice,
  override,
  recall,
  T0,
} from "../archive-under-test.ts";
import { type Case, equal, holds } from "../check.ts";

export const searchCases: readonly Case<Archive>[] = [
  {
    name: "finds words within words, in every script, whatever their case and width",
    async run(archive) {
      const contents = ["The Quick brown fox", "我们明天在北京见面", "ＦＵＬＬ width Ａ", "naïve CAFÉ", "a-b_c%d"];
      await archive.write(chat, ...contents.map((content, index) => message(index + 1, content)));
      for (const [text, expected] of [
        ["quick", [1]],
        ["UICK bro", [1]],
        ["fox the", [1]],
        ["fox cat", []],
        ["明天在", [2]],
        ["明天", [2]],
        ["京", [2]],
        ["full", [3]],
        ["café", [4]],
        ["cafe\u0301", [4]],
        ["fe", []],
        ["%d", [5]],
        ["_c%", [5]],
        ["fo", [1]],
        ["a", [5, 4, 3]],
        ["明天 北京见", [2]],
        ["", [5, 4, 3, 2, 1]],
        ["   ", [5, 4, 3, 2, 1]],
      ] as const)
        equal(await archive.found(bob, text), expected, `found for ${JSON.stringify(text)}`);
    },
  },
  {
    name: "finds what people read of contents that are objects, and no references",
    async run(archive) {
      const merged = {
        title: "forwarded",
        items: [{ from: bob, timestamp: 1, contentType: 1, content: "inner words" }],
      };
      await archive.write(
        chat,
        message(1, { url: "https://files/report", name: "budget.xlsx" }, { contentType: 5 }),
        message(2, "https://pictures/budget.png", { contentType: 2 }),
        message(3, merged, { contentType: 7 }),
        message(4, { text: "object text" }),
      );
      equal([await archive.found(bob, "budget"), await archive.found(bob, "https")], [[1], []]);
      equal([await archive.found(bob, "inner"), await archive.found(bob, "ject te")], [[3], [4]]);
      equal(await archive.found(bob, { contentType: 2 }), [2]);
    },
  },
  {
    name: "takes what users type for text, whatever it means to FTS5 or SQL",
    async run(archive) {
      await archive.write(chat, message(1, 'say "hello" NOT world'), message(2, "nothing"));
      await archive.write(singleSessionId(bob, carol), message(1, "hidden treasure", { from: bob }));
      for (const text of [
        'hello" OR "nothing',
        "hello OR nothing",
        "scope:000",
        '") OR text : ("treasure',
        "treasure",
        "hel*",
        "^say",
        "NEAR(say hello)",
        "'; DROP TABLE entries; --",
        "{text}:hello",
        '"',
        "(((",
      ])
        equal(
          (await archive.found(alice, text)).filter((seqId) => seqId !== 1),
          [],
          text,
        );
      equal([await archive.found(alice, '"hello" not'), await archive.found(alice, '"')], [[1], [1]]);
      equal(await archive.found(alice, "say\u0000hello"), [1]);
      equal((await archive.search(alice, { cursor: "1 OR 1" })).hits, []);
    },
  },
  {
    name: "finds only what was said while the user was there",
    async run(archive) {
      const leave = notice(6, { event: "quit", users: [bob] });
      const back = notice(8, { event: "joined", users: [bob] });
      await archive.write(
        group,
        created(alice),
        message(2),
        notice(3, { event: "joined", users: [bob] }),
        message(4),
        message(5),
      );
      await archive.write(group, back, message(9));
      await archive.write(group, leave, message(7));
      const all = { text: "text" };
      equal(
        [await archive.found(bob, all), await archive.found(alice, all)],
        [
          [9, 5, 4],
          [9, 7, 5, 4, 2],
        ],
      );
      equal(await archive.found(carol, all), []);
      await archive.write(group, notice(10, { event: "dismissed" }), message(11));
      equal([(await archive.found(bob, all))[0], (await archive.found(alice, all))[0]], [9, 9]);
    },
  },
  {
    name: "knows memberships whatever the order of the notices",
    async run(archive) {
      const notices = [
        created(alice, bob),
        notice(2, { event: "removed", users: [bob] }),
        notice(3, { event: "joined", users: [bob, carol] }),
        notice(4, { event: "banned", users: [bob] }),
        notice(5, { event: "dismissed" }),
      ];
      const ranges = `SELECT user, from_seq, to_seq FROM memberships WHERE app = :app AND from_seq IS NOT to_seq ORDER BY user, from_seq`;
      for (const entry of [3, 4, 1, 0, 2, 2, 4].map((index) => notices[index] ?? created()))
        await archive.write(group, entry);
      equal(await archive.rows(ranges), ['["alice",1,5]', '["bob",1,2]', '["bob",3,4]', '["carol",3,5]']);
    },
  },
  {
    name: "finds a message by what it says now, and not when it is gone",
    async run(archive) {
      await archive.write(chat, message(1, "apples"), message(2, "pears"));
      await archive.write(chat, override(3, 1, "cherries"), recall(4, 2));
      equal(
        [await archive.found(bob, "apples"), await archive.found(bob, "cherries"), await archive.found(bob, "pears")],
        [[], [1], []],
      );
    },
  },
  {
    name: "goes by sender, type, session and time, and all of them together",
    async run(archive) {
      await archive.write(chat, ...messages(1, 4), message(5, "text 5", { from: bob, contentType: 9 }));
      await archive.write(group, created(alice), message(2, "text in the group"));
      await archive.write(archive.notices, message(1, "text of the app"));
      equal(
        [await archive.found(alice, { from: bob }), await archive.found(alice, { contentType: 9, from: alice })],
        [[5], []],
      );
      equal(await archive.found(alice, { sessionId: group, text: "text" }), [2]);
      equal(
        [await archive.found(bob, { sessionId: group }), await archive.found(bob, { sessionId: archive.notices })],
        [[], []],
      );
      equal(await archive.found(alice, { sessionId: archive.notices }), [1]);
      equal(await archive.found(alice, { sessionId: chat, afterMs: T0 + 2, beforeMs: T0 + 4, text: "text" }), [3, 2]);
      equal(await archive.found(alice, { afterMs: -5, beforeMs: Number.MAX_SAFE_INTEGER, contentType: 9 }), [5]);
    },
  },
  {
    name: "gives pages, the newest first, also of messages of the same ms, and a part of the text",
    async run(archive) {
      const same = messages(1, 9).map((one) => ({ ...one, timestamp: T0 }));
      await archive.write(chat, ...same.slice(0, 5));
      await archive.write(group, { ...created(alice, bob), timestamp: T0 }, { ...message(2), timestamp: T0 + 1 });
      await archive.write(chat, ...same.slice(5));
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await archive.search(bob, { text: "text", limit: 4, ...(cursor === undefined ? {} : { cursor }) });
        holds(page.hits.length <= 4, "a page is no longer than asked for");
        found.push(...page.hits.map(({ sessionId, entry }) => `${sessionId} ${entry.seqId}`));
        cursor = page.cursor;
      } while (cursor !== undefined);
      equal(found, [`${group} 2`, ...[9, 8, 7, 6, 5, 4, 3, 2, 1].map((seqId) => `${chat} ${seqId}`)]);
      await archive.write(chat, message(10, `${"far ".repeat(100)}needle${" away".repeat(100)}`));
      const [hit] = (await archive.search(bob, { text: "NEEDLE" })).hits;
      holds(
        hit?.snippet.includes("needle") === true && hit.snippet.length < 200,
        `the snippet is about the word: ${hit?.snippet}`,
      );
    },
  },
  {
    name: "serves users of more sessions than one expression names",
    async run(archive) {
      const others = Array.from({ length: 520 }, (_, index) => singleSessionId(alice, UserId.parse(`u${index}`)));
      const rows = JSON.stringify(others);
      const sql = "INSERT INTO memberships SELECT :app, 'alice', value, 1, NULL FROM json_each(:rows)";
      await archive.client.execute({ sql, args: { app: archive.app, rows } });
      await archive.write(chat, message(1, "among many"));
      await archive.write(singleSessionId(bob, carol), message(1, "among many", { from: bob }));
      for (const text of ["among", "am", ""]) {
        const { hits } = await archive.search(alice, { text });
        equal(
          hits.map(({ sessionId }) => sessionId),
          [chat],
          `found for ${text}`,
        );
      }
    },
  },
];
