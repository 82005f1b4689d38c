import { describe, expect, it } from "vitest";
import { SimArchive } from "../../../test/sim/archive.ts";
import { append, history, ownHistory, SimGroup, text, tryAppend } from "../../../test/sim/asks.ts";
import { control, controlFrame } from "../../../test/sim/controls.ts";
import { hotSession, mailboxOf } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, chat, chatRoom } from "../../../test/sim/names.ts";
import { ask, chunk, close, open, pin, react, recall, refusalOf } from "../../../test/sim/states.ts";
import { subscribe, workOnWebhooks } from "../../../test/sim/webhook-jobs.ts";
import { World } from "../../../test/sim/world.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

const DAY_MS = 86_400_000;

function archiving(policy: { hotEntries: number; hotMs?: number }) {
  const world = new World({ policy: { archive: { hotMs: 0, ...policy } } });
  return { world, archive: new SimArchive(world) };
}

function send(world: World, count: number, prefix = "m"): void {
  append(
    world,
    alice,
    [...Array(count).keys()].map((n) => text(`${prefix}${n}`)),
  );
}

function archiveAll(world: World, archive: SimArchive): void {
  for (let rounds = 0; rounds < 3; rounds += 1) {
    world.quiesce(60_000);
    archive.work();
  }
}

/** seqIds of the entries without content in the room. */
function trimmed(world: World): number[] {
  return ownHistory(world, { after: 0, limit: 200 }).entries.flatMap(({ seqId, cut }) => (cut ? seqId : []));
}

describe("what the archive has", () => {
  it("S124 is trimmed but for the newest, many at a time", () => {
    const { world, archive } = archiving({ hotEntries: 100 });
    send(world, 163);
    archiveAll(world, archive);
    expect(trimmed(world)).toEqual([]);
    send(world, 1, "n");
    archiveAll(world, archive);
    expect(trimmed(world)).toEqual([...Array(64).keys()].map((n) => n + 1));
    world.crashAll();
    expect(history(world, { after: 0, limit: 200 }).entries.map((one) => "content" in one && one.content)).toEqual([
      ...[...Array(163).keys()].map((n) => `m${n}`),
      "n0",
    ]);
  });

  it("S124 stays whole when it was changed since the archive got it", () => {
    const { world, archive } = archiving({ hotEntries: 2 });
    send(world, 70);
    world.drain();
    const call = world.call.bind(world);
    world.call = (room, asked) => {
      world.call = asked.type === "feed.read" ? world.call : call;
      if (asked.type === "feed.moved") control(world, alice, controlFrame("override", 1, { content: "edited" }));
      world.nowMs += 2_000;
      return call(room, asked);
    };
    archive.follow({ app, sessionId: chat });
    expect(trimmed(world)).toContain(2);
    expect(trimmed(world)).not.toContain(1);
    archiveAll(world, archive);
    expect(history(world, { after: 0, limit: 1 }).entries).toMatchObject([{ content: "edited" }]);
  });

  it("S124 waits while somebody writes, and then goes on by itself, also after a crash", () => {
    const { world, archive } = archiving({ hotEntries: 10 });
    for (let batch = 0; batch < 30; batch += 1) send(world, 100, `b${batch}-`);
    world.drain();
    while (archive.follow({ app, sessionId: chat }).more);
    expect(trimmed(world)).toEqual([]);
    world.crashAll();
    world.quiesce(60_000);
    const whole = ownHistory(world, { before: 3_001, limit: 20 }).entries.filter(({ cut }) => cut === undefined);
    expect(whole).toHaveLength(10);
    expect(ownHistory(world, { after: 0, limit: 1 }).entries).toMatchObject([{ cut: true }]);
  });

  it("S156 stays whole while an endpoint was not told of it", async () => {
    const { world, archive } = archiving({ hotEntries: 2 });
    subscribe(world, ["message"]);
    send(world, 10);
    archiveAll(world, archive);
    expect(trimmed(world)).toEqual([]);
    await workOnWebhooks(world);
    send(world, 1, "n");
    await workOnWebhooks(world);
    archiveAll(world, archive);
    expect(trimmed(world)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("S124 stays whole while it is young, where the policy says so", () => {
    const { world, archive } = archiving({ hotEntries: 2, hotMs: DAY_MS });
    send(world, 10);
    archiveAll(world, archive);
    world.nowMs += DAY_MS / 2;
    send(world, 4, "n");
    archiveAll(world, archive);
    expect(trimmed(world)).toEqual([]);
    world.nowMs += DAY_MS / 2 + 60_000;
    send(world, 1, "o");
    archiveAll(world, archive);
    expect(trimmed(world)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("S124 stays whole while a mailbox has not got it, or it is pinned or written", () => {
    const { world, archive } = archiving({ hotEntries: 2 });
    const streamed = ask<{ seqId: number }>(world, alice, open("begin"));
    send(world, 1, "pinned");
    ask(world, alice, pin(2));
    send(world, 3);
    world.drain();
    send(world, 5, "n");
    for (;;) {
      const index = world.flights.findIndex((one) => one.kind === "request" && one.to === mailboxOf(bob));
      if (index < 0) break;
      world.land(index, "lost");
    }
    world.nowMs += 2_000;
    world.ringDue();
    while (world.flights.some((one) => one.kind === "request" && one.to.startsWith("@"))) world.land(0);
    archive.work();
    const cut = trimmed(world);
    expect(cut).not.toContain(streamed.seqId);
    expect(cut).not.toContain(2);
    expect(Math.max(0, ...cut)).toBeLessThanOrEqual(6);
    archiveAll(world, archive);
    expect(hotSession(world, bob)).toMatchObject({ lastSeqId: 11, unread: 10 });
    ask(world, alice, chunk(1, 5, " end"));
    ask(world, alice, close(1));
    expect(history(world, { after: 0, limit: 1 }).entries).toMatchObject([{ content: "begin end" }]);
  });

  it("S125 is decided about without the archive", () => {
    const { world, archive } = archiving({ hotEntries: 2 });
    send(world, 12);
    archiveAll(world, archive);
    archive.isDown = true;
    expect(trimmed(world)).toHaveLength(10);
    expect(ask(world, bob, react(1, "👍"))).toMatchObject({ seqId: 13 });
    expect(ask(world, bob, pin(2))).toMatchObject({ seqId: 14 });
    expect(ask(world, alice, recall(3))).toMatchObject({ seqId: 15 });
    expect(refusalOf(world, alice, recall(3))).toBe("MESSAGE_GONE");
    expect(refusalOf(world, bob, recall(4))).toBe("ACCESS_DENIED");
    append(world, bob, [{ ...text("answer"), replyTo: { seqId: 1 } }]);
    const unread = world.call(chatRoom, { type: "unread", userId: bob, after: 0, upTo: 15 });
    expect(unwrap(unread)).toEqual({ unread: 11, mentions: 0 });
    expect(unwrap(world.call(chatRoom, { type: "hide", userId: bob, seqIds: [5] }))).toBeNull();
    archive.isDown = false;
    archiveAll(world, archive);
    expect(history(world, { after: 0, limit: 3 }).entries).toMatchObject([
      { content: "m0", reactions: { "👍": 1 } },
      { content: "m1" },
      { content: "", gone: { as: "recalled" } },
    ]);
  });

  it("S127 is still known by its packId for 30 days", () => {
    const { world, archive } = archiving({ hotEntries: 10 });
    send(world, 2_100);
    archiveAll(world, archive);
    world.nowMs += 29 * DAY_MS;
    send(world, 3, "n");
    archiveAll(world, archive);
    expect(unwrap(tryAppend(world, alice, [text("m0")]))).toMatchObject([
      { ok: true, value: { seqId: 1, repeated: true } },
    ]);
    world.nowMs += 2 * DAY_MS;
    send(world, 20, "o");
    archiveAll(world, archive);
    expect(unwrap(tryAppend(world, alice, [text("n0")]))).toMatchObject([{ value: { seqId: 2_101, repeated: true } }]);
    expect(unwrap(tryAppend(world, alice, [text("m0")]))).toMatchObject([{ value: { seqId: 2_124 } }]);
  });

  it("S125 holds for counts of members who were away all the time", () => {
    const { world, archive } = archiving({ hotEntries: 2 });
    const group = SimGroup.create(world, alice, [bob, carol]);
    for (let n = 0; n < 30; n += 1) append(world, n % 2 === 0 ? alice : bob, [text(`g${n}`)], group.room);
    archiveAll(world, archive);
    const call = { type: "unread", userId: carol, after: 10, upTo: 20 } as const;
    expect(unwrap(world.call(group.room, call))).toEqual({ unread: 10, mentions: 0 });
  });
});
