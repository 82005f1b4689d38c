import { describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { control, controlFrame, countOf, messageIn, tryControl } from "../../../test/sim/controls.ts";
import { online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chatRoom } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { spanOf } from "../../protocol/amend.ts";

const TTL_MS = 60_000;
const brief = (packId: string, ttlMs = TTL_MS) => ({ ...text(packId, `secret ${packId}`), ttlMs });

describe("a message with a time to live", () => {
  it("S40 expires by a control entry from its sender, and is taken back from the count", () => {
    const world = new World();
    const [sent] = append(world, alice, [brief("1"), text("2")]);
    expect(messageIn(wholeLog(world), 1).expiresAt).toBe((sent?.timestamp ?? 0) + TTL_MS);
    world.drain();
    world.nowMs += TTL_MS;
    world.ringDue();
    expect(wholeLog(world)).toMatchObject([
      { content: "", gone: { as: "expired", by: alice, at: world.nowMs }, amendedBy: 3 },
      { content: "secret 2".slice(7) },
      { from: alice, packId: "expire-1", control: { op: "expire", target: 1, targetFrom: alice, uncounts: true } },
    ]);
    expect([2, 3].map((upTo) => countOf(world, bob, [0, upTo]).unread)).toEqual([2, 1]);
  });

  it("S40 expires in the order of time, also after a crash and across other alarms", () => {
    const world = new World();
    append(world, alice, [brief("1", 90_000), brief("2", 30_000)]);
    append(world, bob, [brief("3", 30_000)]);
    world.crashAll();
    world.quiesce();
    const targets = wholeLog(world)
      .slice(3)
      .map((entry) => (entry.kind === "control" ? spanOf(entry.control).upTo : 0));
    expect(targets).toEqual([2, 3, 1]);
    expect(world.alarms.has(chatRoom)).toBe(false);
  });

  it("S40 expires many at once, in several events", () => {
    const world = new World();
    const many = Array.from({ length: 600 }, (_, n) => brief(`p${n}`));
    append(world, alice, many);
    world.quiesce();
    const log = wholeLog(world);
    expect(log).toHaveLength(1_200);
    expect(JSON.stringify(log)).not.toContain("secret");
    expect(countOf(world, bob, [0, 1_200]).unread).toBe(0);
  });

  it("S40 does not end what was ended before, nor twice what was sent twice", () => {
    const world = new World();
    append(world, alice, [brief("1"), brief("2"), brief("2")]);
    append(world, alice, [brief("2")]);
    control(world, alice, controlFrame("recall", 1));
    world.quiesce();
    const log = wholeLog(world);
    expect(log).toMatchObject([{ gone: { as: "recalled" } }, { gone: { as: "expired" } }, {}, { packId: "expire-2" }]);
    expect(log).toHaveLength(4);
  });

  it("S40 is not stopped by a sender who used the packId before", () => {
    const world = new World();
    append(world, alice, [brief("1"), text("expire-1", "mine")]);
    world.quiesce();
    expect(world.faults).toEqual([]);
    expect(messageIn(wholeLog(world), 1).gone?.as).toBe("expired");
    expect(append(world, alice, [text("expire-1", "mine")])).toMatchObject([{ seqId: 2, repeated: true }]);
  });

  it("S40 keeps its time through an override", () => {
    const world = new World();
    append(world, alice, [brief("1")]);
    control(world, alice, controlFrame("override", 1, { content: "secret, edited" }));
    world.quiesce();
    expect(JSON.stringify(wholeLog(world))).not.toContain("secret");
  });

  it("S40 waits again when the clock was put back", () => {
    const world = new World();
    append(world, alice, [brief("1")]);
    world.drain();
    world.nowMs -= 600_000;
    world.ring(chatRoom);
    expect(messageIn(wholeLog(world), 1)).not.toHaveProperty("gone");
    world.quiesce();
    expect(messageIn(wholeLog(world), 1).gone?.as).toBe("expired");
  });

  it("S41 is not read after its time, also while the alarm is late", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [brief("2")], group.room);
    world.nowMs += TTL_MS - 1;
    expect(messageIn(group.log(), 2).content).toBe("secret 2");
    world.nowMs += 1;
    expect(messageIn(group.log(), 2)).toMatchObject({ content: "", gone: { as: "expired", at: world.nowMs } });
    expect(errorOf(tryControl(world, alice, controlFrame("recall", 2, { sessionId: group.sessionId })))).toBe(
      "MESSAGE_GONE",
    );
    expect(group.log()).toHaveLength(2);
  });

  it("S41 is not delivered after its time, and the copies end as the log does", () => {
    const world = new World();
    append(world, alice, [brief("1")]);
    world.crashAll();
    world.nowMs += TTL_MS;
    const bobs = online(world, bob);
    world.quiesce();
    expect(JSON.stringify(bobs.frames)).not.toContain("secret");
    const { amendedBy: _, ...stored } = messageIn(wholeLog(world), 1);
    expect(messageIn(bobs.entries(), 1)).toMatchObject(stored);
  });

  it("S42 costs rows of its own, and others none", () => {
    const world = new World();
    append(world, alice, [text("0")]);
    world.drain();
    const cost = (item: Parameters<typeof append>[2][number]) => {
      const before = world.storage.rowsWritten;
      append(world, alice, [item]);
      return world.storage.rowsWritten - before;
    };
    expect([cost(text("1")), cost(brief("2"))]).toEqual([2, 3]);
  });
});
