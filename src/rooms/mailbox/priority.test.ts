import { describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { control, controlFrame, hide, priorityPage } from "../../../test/sim/controls.ts";
import { hotSession, mailboxOf, online, syncPage } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chatRoom } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { spanOf } from "../../protocol/amend.ts";
import { PRIORITY_RETENTION_MS } from "../../protocol/limits.ts";

const DAY_MS = 86_400_000;
const urgent = (packId: string, content = packId) => ({ ...text(packId, content), priority: "high" as const });

/** What a device of the user finds: ids, and the operation or content of each. */
function foundBy(world: World, connection: SimConnection, after = 0, limit?: number): [number, unknown][] {
  return priorityPage(world, connection, after, limit).items.map(({ id, entry }) => [
    id,
    entry.kind === "control" ? entry.control.op : entry.kind === "message" ? entry.content : entry.notice.event,
  ]);
}

/** Bob has the urgent messages 1 … count, with their ids. */
function withUrgent(count: number): { world: World; bobs: SimConnection } {
  const world = new World();
  append(
    world,
    alice,
    Array.from({ length: count }, (_, n) => urgent(`${n + 1}`)),
  );
  world.drain();
  return { world, bobs: online(world, bob) };
}

describe("priority entries", () => {
  it("M40 are the important messages, and what was done to others", () => {
    const world = new World();
    append(world, alice, [text("1"), urgent("2"), text("3"), text("4"), { ...text("5"), ttlMs: 1_000 }]);
    control(world, alice, controlFrame("recall", 1));
    control(world, alice, controlFrame("override", 3, { content: "three" }));
    control(world, alice, controlFrame("delete", 4));
    world.quiesce();
    for (const userId of [alice, bob]) {
      const found = foundBy(world, online(world, userId));
      expect(found).toEqual([
        [1, "2"],
        [2, "recall"],
        [3, "override"],
        [4, "delete"],
        [5, "expire"],
      ]);
    }
  });

  it("M41 say nothing of what is purged, be it a message or an edit, of one sender or of all", () => {
    const world = new World();
    append(world, alice, [urgent("1"), text("2")]);
    append(world, bob, [urgent("3"), text("4")]);
    control(world, alice, controlFrame("override", 2, { content: "two" }));
    control(world, bob, controlFrame("override", 4, { content: "four" }));
    world.drain();
    expect(world.call(chatRoom, { type: "forget", userId: alice })).toEqual({ ok: true, value: { more: false } });
    world.drain();
    const texts = () => priorityPage(world, online(world, bob)).items.map(({ entry }) => entry);
    expect(JSON.stringify(texts())).toMatch(/"content":"3".*"content":"four".*"op":"purge"/);
    expect(JSON.stringify(texts())).not.toMatch(/"content":"(1|two)"/);
    world.call(chatRoom, { type: "retain", beforeMs: world.nowMs + 1 });
    world.drain();
    expect(JSON.stringify(texts())).not.toMatch(/"content":"[^"]/);
  });

  it("M40 are kept once, whatever is delivered twice", () => {
    const { world, bobs } = withUrgent(1);
    world.crashAll();
    append(world, alice, [urgent("2")]);
    world.drain();
    expect(foundBy(world, online(world, bob))).toEqual([
      [1, "1"],
      [2, "2"],
    ]);
    expect(bobs.isOpen).toBe(false);
  });

  it("M40 are not about what was before the user's session began", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("2"), text("3")], group.room);
    group.change(alice, group.join("j", [carol]));
    append(world, alice, [text("5")], group.room);
    const { sessionId } = group;
    for (const seqId of [2, 5]) control(world, alice, controlFrame("recall", seqId, { sessionId }));
    world.drain();
    const targets = [bob, carol].map((userId) =>
      priorityPage(world, online(world, userId)).items.map(({ entry }) =>
        entry.kind === "control" ? spanOf(entry.control).upTo : 0,
      ),
    );
    expect(targets).toEqual([[2, 5], [5]]);
  });

  it("M41 keep nothing of what is gone", () => {
    const world = new World();
    append(world, alice, [urgent("1", "secret 1"), text("2", "secret 2"), urgent("3", "kept")]);
    control(world, alice, controlFrame("override", 2, { content: "secret 3" }));
    world.drain();
    const bobs = online(world, bob);
    expect(JSON.stringify(priorityPage(world, bobs))).toMatch(/secret 1.*kept.*secret 3/);
    for (const seqId of [1, 2]) control(world, alice, controlFrame("recall", seqId));
    world.drain();
    world.evict(mailboxOf(bob));
    const page = JSON.stringify(priorityPage(world, bobs));
    expect(page).not.toContain("secret");
    expect(page).toContain("kept");
    expect(foundBy(world, bobs)).toHaveLength(5);
  });

  it("M41 keep nothing of what has expired, nor of what the user deleted for themself", () => {
    const world = new World();
    append(world, alice, [{ ...urgent("1", "secret"), ttlMs: 60_000 }, urgent("2", "secret")]);
    control(world, alice, controlFrame("override", 2, { content: "secret" }));
    world.drain();
    const bobs = online(world, bob);
    hide(world, bobs, [2]);
    world.drain();
    world.nowMs += 60_000;
    expect(JSON.stringify(priorityPage(world, bobs))).not.toContain("secret");
    expect(JSON.stringify(priorityPage(world, online(world, alice)))).toContain("secret");
  });

  it("M42 come in pages after a cursor, until there are no more", () => {
    const { world, bobs } = withUrgent(7);
    const seen: number[] = [];
    let cursor = 2;
    for (let more = true; more; ) {
      const page = priorityPage(world, bobs, cursor, 2);
      seen.push(...page.items.map(({ id }) => id));
      ({ cursor, more } = page);
    }
    expect([seen, cursor]).toEqual([[3, 4, 5, 6, 7], 7]);
    expect(priorityPage(world, bobs, 7)).toEqual({ items: [], cursor: 7, more: false });
  });

  it("M42 are the newest for who has none, ascending", () => {
    const { world, bobs } = withUrgent(250);
    const page = priorityPage(world, bobs);
    expect(page.items).toHaveLength(200);
    expect([page.items[0]?.id, page.items.at(-1)?.id, page.cursor, page.more]).toEqual([51, 250, 250, false]);
    expect(foundBy(world, bobs, 0, 2)).toEqual([
      [249, "249"],
      [250, "250"],
    ]);
    expect(syncPage(world, bobs).priority).toBe(250);
    expect(priorityPage(world, online(world, carol))).toEqual({ items: [], cursor: 0, more: false });
  });

  it("M42 fill an answer up to its bytes, and one always fits", () => {
    const world = new World();
    const long = "x".repeat(60_000);
    for (let n = 1; n <= 6; n += 1) append(world, alice, [urgent(`${n}`, long)]);
    world.drain();
    const bobs = online(world, bob);
    expect(priorityPage(world, bobs, 1)).toMatchObject({ items: [{ id: 2 }, {}, {}, {}], cursor: 5, more: true });
    expect(priorityPage(world, bobs, 0)).toMatchObject({ items: [{ id: 3 }, {}, {}, { id: 6 }], more: false });
  });

  it("M43 are not shown after 30 days, and forgotten a day later", () => {
    const { world, bobs } = withUrgent(2);
    world.disconnect(bobs);
    world.nowMs += PRIORITY_RETENTION_MS - 1;
    append(world, alice, [urgent("3")]);
    world.drain();
    expect(foundBy(world, online(world, bob))).toHaveLength(3);
    world.nowMs += 1;
    expect(foundBy(world, online(world, bob))).toEqual([[3, "3"]]);
    world.crashAll();
    world.nowMs += DAY_MS;
    const before = world.storage.rowsWritten;
    world.ringDue();
    expect(world.storage.rowsWritten - before).toBeGreaterThanOrEqual(4);
    expect(foundBy(world, online(world, bob))).toEqual([[3, "3"]]);
  });

  it("M43 have growing ids, also when all were forgotten and the room was evicted", () => {
    const { world, bobs } = withUrgent(3);
    world.disconnect(bobs);
    world.nowMs += PRIORITY_RETENTION_MS + DAY_MS;
    world.ringDue();
    world.evict(mailboxOf(bob));
    const again = online(world, bob);
    expect([syncPage(world, again).priority, foundBy(world, again)]).toEqual([3, []]);
    world.nowMs -= PRIORITY_RETENTION_MS;
    expect(foundBy(world, again)).toEqual([]);
    append(world, alice, [urgent("4")]);
    world.drain();
    world.evict(mailboxOf(bob));
    expect(foundBy(world, again, 3)).toEqual([[4, "4"]]);
    expect(syncPage(world, again).priority).toBe(4);
  });

  it("M43 are forgotten although nobody connects and other alarms come first", () => {
    const { world, bobs } = withUrgent(1);
    world.disconnect(bobs);
    for (let days = 0; days < 40; days += 1) {
      world.nowMs += DAY_MS;
      world.ringDue();
    }
    expect([...world.alarms.keys()].filter((room) => room === mailboxOf(bob))).toEqual([]);
    expect(foundBy(world, online(world, bob))).toEqual([]);
  });

  it("M44 cost a row each, one more with content, and nothing where there are none", () => {
    const { world } = withUrgent(1);
    const cost = (work: () => void) => {
      work();
      world.land(0);
      const before = world.storage.rowsWritten;
      world.drain();
      return world.storage.rowsWritten - before;
    };
    const say = (packId: string) => () => void append(world, alice, [text(packId)]);
    cost(say("a"));
    expect(cost(say("b"))).toBe(1);
    expect(cost(() => void control(world, alice, controlFrame("recall", 2)))).toBe(2);
    expect(cost(() => void control(world, alice, controlFrame("override", 3, { content: "x" })))).toBe(3);
    expect(cost(() => void append(world, alice, [urgent("c")]))).toBe(3);
  });

  it("M40 are stored with the delivery or not at all", () => {
    const world = new World();
    append(world, alice, [urgent("1")]);
    world.storage.isFull = true;
    world.drain();
    world.storage.isFull = false;
    expect(hotSession(world, bob)).toBeUndefined();
    world.quiesce();
    expect(foundBy(world, online(world, bob))).toEqual([[1, "1"]]);
  });
});
