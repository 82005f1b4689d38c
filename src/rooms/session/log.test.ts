import { describe, expect, it } from "vitest";
import { append, errorOf, history, text, tryAppend } from "../../../test/sim/asks.ts";
import { alice, app, bob, carol, chat, chatRoom } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { SessionId } from "../../protocol/ids.ts";
import { MAX_BATCH_BYTES, MAX_CONTENT_BYTES } from "../../protocol/limits.ts";

const texts = (count: number, prefix = "p") => Array.from({ length: count }, (_, n) => text(`${prefix}${n + 1}`));

describe("the log of a session", () => {
  it("S1 numbers entries 1, 2, 3 … in the order of the items, across batches and senders", () => {
    const world = new World();
    append(world, alice, texts(3, "a"));
    append(world, bob, texts(2, "b"));
    const { entries } = history(world);
    expect(entries.map(({ seqId }) => seqId)).toEqual([1, 2, 3, 4, 5]);
    expect(entries.map(({ packId }) => packId)).toEqual(["a1", "a2", "a3", "b1", "b2"]);
  });

  it("S1 stores nothing of a batch whose transaction fails, and goes on without a hole", () => {
    const world = new World();
    append(world, alice, texts(1));
    world.storage.isFull = true;
    expect(errorOf(tryAppend(world, alice, texts(3, "lost")))).toBe("DATABASE");
    world.storage.isFull = false;
    expect(append(world, alice, texts(1, "next"))[0]?.seqId).toBe(2);
    expect(history(world).entries).toHaveLength(2);
  });

  it("S2 answers a repeated packId with the first seqId and timestamp, also after a restart", () => {
    const world = new World();
    const [first] = append(world, alice, [text("p", "one")]);
    world.nowMs += 60_000;
    const again = { ...first, repeated: true };
    expect(append(world, alice, [text("p", "one")])).toEqual([again]);
    world.crashAll();
    expect(append(world, alice, [text("p", "one")])).toEqual([again]);
    expect(history(world).entries).toHaveLength(1);
  });

  it("S2 refuses a packId that was used with another content, in the same batch or later", () => {
    const world = new World();
    const send = (...items: ReturnType<typeof text>[]) =>
      world.call(chatRoom, { type: "append", sender: alice, items });
    const conflict = { ok: false, error: "PACK_CONFLICT" };
    expect(send(text("p", "one"), text("p", "two"))).toMatchObject({ value: [{ ok: true }, conflict] });
    expect(send({ ...text("p", "one"), contentType: 2 })).toMatchObject({ value: [conflict] });
    expect(history(world).entries).toHaveLength(1);
  });

  it("S2 stores a packId once within a batch, and once for each sender", () => {
    const world = new World();
    const results = append(world, alice, [text("p"), text("q"), text("p")]);
    expect(results.map(({ seqId, repeated }) => [seqId, repeated])).toEqual([
      [1, undefined],
      [2, undefined],
      [1, true],
    ]);
    expect(append(world, bob, [text("p")])[0]).toMatchObject({ seqId: 3 });
  });

  it("S3 lets only the two users of a single chat append", () => {
    const world = new World();
    expect(errorOf(tryAppend(world, carol, texts(1)))).toBe("ACCESS_DENIED");
    expect(history(world).entries).toEqual([]);
  });

  it("S3 knows no single session whose id is not in canonical form", () => {
    const world = new World();
    const reversed = sessionRoom(app, SessionId.parse("SC_bob_alice"));
    expect(errorOf(tryAppend(world, alice, texts(1), reversed))).toBe("ACCESS_DENIED");
    expect(errorOf(tryAppend(world, bob, texts(1), reversed))).toBe("ACCESS_DENIED");
  });

  it("S4 refuses empty and too long items alone", () => {
    const world = new World();
    const tooLong = "ä".repeat(MAX_CONTENT_BYTES / 2 + 1);
    const items = [
      text("empty", ""),
      text("fits", "ä".repeat(MAX_CONTENT_BYTES / 2)),
      text("long", tooLong),
      text("object", { tooLong }),
      text("ok"),
    ];
    const outcome = tryAppend(world, alice, items);
    const results = outcome.ok ? outcome.value : [];
    expect(results.map(errorOf)).toEqual(["TOO_SHORT", undefined, "TOO_LONG", "TOO_LONG", undefined]);
    expect(history(world).entries.map(({ seqId, packId }) => [seqId, packId])).toEqual([
      [1, "fits"],
      [2, "ok"],
    ]);
  });

  it("S5 never lets timestamps decrease, also not across a restart", () => {
    const world = new World();
    append(world, alice, texts(1, "a"));
    world.nowMs -= 3_600_000;
    append(world, alice, texts(1, "b"));
    world.crashAll();
    append(world, alice, texts(1, "c"));
    world.nowMs += 7_200_000;
    append(world, alice, texts(1, "d"));
    const [a, b, c, d] = history(world).entries.map(({ timestamp }) => timestamp);
    expect([b, c]).toEqual([a, a]);
    expect(d).toBe(world.nowMs);
  });

  it("S6 pages after, before and from the end, ascending, and tells whether there is more", () => {
    const world = new World();
    append(world, alice, texts(10));
    const page = (cursor: Parameters<typeof history>[1]) => {
      const { entries, more } = history(world, cursor);
      return [...entries.map(({ seqId }) => seqId), more];
    };
    expect(page({ after: 3, limit: 2 })).toEqual([4, 5, true]);
    expect(page({ after: 8, limit: 2 })).toEqual([9, 10, false]);
    expect(page({ after: 10, limit: 2 })).toEqual([false]);
    expect(page({ before: 4, limit: 2 })).toEqual([2, 3, true]);
    expect(page({ before: 3, limit: 2 })).toEqual([1, 2, false]);
    expect(page({ limit: 3 })).toEqual([8, 9, 10, true]);
  });

  it("S6 answers with 50 entries when no limit is given and with at most 200", () => {
    const world = new World();
    append(world, alice, texts(250));
    expect(history(world).entries).toHaveLength(50);
    expect(history(world, { limit: 1_000 }).entries).toHaveLength(200);
    expect(history(world, { after: 0, limit: 1_000 }).entries).toHaveLength(200);
  });

  it("S6 ends a page at 256 KiB, and one entry always fits", () => {
    const world = new World();
    const long = "x".repeat(MAX_CONTENT_BYTES);
    append(world, alice, [text("a", long), text("b", long), text("c", long), text("d", long), text("e", long)]);
    for (const page of [history(world, { after: 0 }), history(world)]) {
      expect(page.entries).toHaveLength(3);
      expect(page.more).toBe(true);
      expect(JSON.stringify(page.entries).length).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    }
    expect(history(world, { limit: 1 }).entries).toHaveLength(1);
  });

  it("S7 lets members and server keys read, and nobody else", () => {
    const world = new World();
    const read = (userId: typeof alice) =>
      errorOf(world.call(chatRoom, { type: "history", by: { kind: "user", userId } }));
    expect([read(alice), read(bob), read(carol)]).toEqual([undefined, undefined, "HISTORY_FORBIDDEN"]);
    expect(history(world)).toEqual({ entries: [], more: false });
    append(world, alice, texts(1));
    expect(read(carol)).toBe("HISTORY_FORBIDDEN");
  });

  it("S8 counts the countable entries of others in a range, for members only", () => {
    const world = new World();
    append(world, alice, texts(3, "a"));
    append(world, bob, texts(2, "b"));
    const unread = (userId: typeof alice, after: number, upTo: number) =>
      world.call(chatRoom, { type: "unread", userId, after, upTo });
    expect(unread(bob, 0, 5)).toEqual({ ok: true, value: { unread: 3, mentions: 0 } });
    expect(unread(bob, 1, 2)).toEqual({ ok: true, value: { unread: 1, mentions: 0 } });
    expect(unread(alice, 0, 5)).toEqual({ ok: true, value: { unread: 2, mentions: 0 } });
    expect(errorOf(unread(carol, 0, 5))).toBe("HISTORY_FORBIDDEN");
  });

  it("S1 answers with the session it stored in", () => {
    expect(append(new World(), alice, texts(1))[0]).toMatchObject({ sessionId: chat, seqId: 1 });
  });
});
