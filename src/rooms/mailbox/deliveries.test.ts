import { describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { entriesOf } from "../../../test/sim/entries.ts";
import { hotSession, mailboxOf, online, say } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat, user } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import type { EntryFrame } from "../../protocol/down.ts";
import { MAX_PREVIEW_CHARS } from "../../protocol/limits.ts";

function deliver(world: World, entries: EntryFrame["entries"]): void {
  const call = { type: "deliver", frame: { type: "entry", sessionId: chat, entries } } as const;
  expect(world.call(mailboxOf(bob), call)).toEqual({ ok: true, value: null });
}

describe("a delivery", () => {
  it("M1 may be repeated: entries at or below the last one are ignored", () => {
    const world = new World();
    const bobs = online(world, bob);
    deliver(world, entriesOf(alice, [1, 2]));
    deliver(world, entriesOf(alice, [1, 2]));
    deliver(world, entriesOf(alice, [2, 3]));
    expect(bobs.entryFrames().map(({ entries }) => entries.map(({ seqId }) => seqId))).toEqual([[1, 2], [3]]);
    expect(hotSession(world, bob)).toMatchObject({ lastSeqId: 3, unread: 3 });
  });

  it("M1 is in the rows when it is answered, and not answered when they fail", () => {
    const world = new World();
    deliver(world, entriesOf(alice, [1]));
    world.crashAll();
    expect(hotSession(world, bob)).toMatchObject({ lastSeqId: 1 });
    world.storage.isFull = true;
    const frame = { type: "entry", sessionId: chat, entries: entriesOf(alice, [2]) } as const;
    const bobs = online(world, bob);
    expect(world.call(mailboxOf(bob), { type: "deliver", frame })).toMatchObject({ ok: false, error: "DATABASE" });
    expect(bobs.entries()).toEqual([]);
    world.storage.isFull = false;
    deliver(world, entriesOf(alice, [2]));
    expect(bobs.entries()).toHaveLength(1);
  });

  it("M2 reaches every live connection in one frame, the sender's other devices included", () => {
    const world = new World();
    const phone = online(world, alice, { deviceType: "ios" });
    const laptop = online(world, alice, { deviceType: "macos" });
    const bobs = online(world, bob);
    say(world, phone, "hello");
    world.drain();
    for (const connection of [phone, laptop, bobs]) {
      expect(connection.entries()).toMatchObject([{ seqId: 1, from: alice, content: "hello" }]);
    }
  });

  it("M3 counts the countable entries of others, and an own message reads up to itself", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    append(world, alice, [text("2"), text("3")], group.room);
    group.change(alice, group.join("j", [user("dave")]));
    append(world, carol, [text("5")], group.room);
    world.drain();
    expect(hotSession(world, bob, group.sessionId)).toMatchObject({ readSeqId: 0, unread: 3, lastSeqId: 5 });
    append(world, bob, [text("6")], group.room);
    append(world, alice, [text("7")], group.room);
    world.drain();
    expect(hotSession(world, bob, group.sessionId)).toMatchObject({ readSeqId: 6, unread: 1, lastSeqId: 7 });
    expect(hotSession(world, alice, group.sessionId)).toMatchObject({ readSeqId: 7, unread: 0 });
  });

  it("M3 begins anew when the user comes back, so that both rooms count the same", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("2")], group.room);
    group.change(bob, group.quit("q"));
    append(world, alice, [text("4"), text("5")], group.room);
    group.change(alice, group.join("j", [bob]));
    append(world, alice, [text("7"), text("8")], group.room);
    world.drain();
    const expected = { firstSeqId: 6, readSeqId: 5, lastSeqId: 8, unread: 2, member: true };
    expect(hotSession(world, bob, group.sessionId)).toMatchObject(expected);
    world.crashAll();
    expect(hotSession(world, bob, group.sessionId)).toMatchObject(expected);
    const asked = { type: "unread", userId: bob, after: 5, upTo: 8 } as const;
    expect(world.call(group.room, asked)).toEqual({ ok: true, value: { unread: 2, mentions: 0 } });
  });

  it("M4 keeps the newest entry, of a long one without its content", () => {
    const world = new World();
    append(world, alice, [text("short")]);
    world.drain();
    expect(hotSession(world, bob)?.last).toMatchObject({ seqId: 1, content: "short" });
    expect(hotSession(world, bob)?.last).not.toHaveProperty("cut");
    const bobs = online(world, bob);
    append(world, alice, [text("long", "x".repeat(MAX_PREVIEW_CHARS))]);
    world.drain();
    expect(hotSession(world, bob)?.last).toMatchObject({ seqId: 2, packId: "long", content: "", cut: true });
    expect(bobs.entries()).toMatchObject([{ content: "x".repeat(MAX_PREVIEW_CHARS) }]);
  });

  it("M4 leaves out the users of a long notice", () => {
    const world = new World();
    const many = Array.from({ length: 200 }, (_, n) => user(`somebody-${n}`));
    const group = SimGroup.create(world, alice, many);
    world.drain();
    expect(hotSession(world, alice, group.sessionId)?.last).toMatchObject({
      cut: true,
      notice: { event: "created", users: [], info: { name: "g" } },
    });
  });

  it("M5 ends and begins membership with the notices about the user", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    const isMember = (userId: typeof bob) => {
      world.drain();
      return hotSession(world, userId, group.sessionId)?.member;
    };
    expect([isMember(alice), isMember(bob)]).toEqual([true, true]);
    group.change(bob, group.quit("a"));
    expect([isMember(alice), isMember(bob)]).toEqual([true, false]);
    group.change(alice, group.join("b", [bob]));
    expect(isMember(bob)).toBe(true);
    group.change(alice, group.remove("c", [carol]));
    expect([isMember(bob), isMember(carol)]).toEqual([true, false]);
    group.change(alice, group.dismiss("d"));
    expect([isMember(alice), isMember(bob), isMember(carol)]).toEqual([false, false, false]);
  });

  it("M6 writes one row, whatever the number of entries", () => {
    const world = new World();
    deliver(world, entriesOf(alice, [1]));
    const before = world.storage.rowsWritten;
    deliver(world, entriesOf(alice, [2, 3, 4, 5, 6, 7]));
    expect(world.storage.rowsWritten - before).toBe(1);
    deliver(world, entriesOf(alice, [2, 3, 4, 5, 6, 7]));
    expect(world.storage.rowsWritten - before).toBe(1);
  });
});
