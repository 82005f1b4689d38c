import { describe, expect, it } from "vitest";
import { append, errorOf, history, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { control, controlFrame, historyOf, messageIn } from "../../../test/sim/controls.ts";
import { alice, bob, carol, chatRoom } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

const hide = (world: World, userId: typeof bob, seqIds: number[], room = chatRoom) =>
  errorOf(world.call(room, { type: "hide", userId, seqIds }));

function chatOfThree(): World {
  const world = new World();
  append(world, alice, [text("1", "secret"), text("2"), text("3", "secret")]);
  return world;
}

describe("what a user deleted for themself", () => {
  it("S43 exists, and is theirs to read", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("2")], group.room);
    const codes = [[1], [2, 3], [3], [2 ** 50]].map((seqIds) => hide(world, bob, seqIds, group.room));
    expect(codes).toEqual(Array(4).fill("NO_SUCH_MESSAGE"));
    expect(hide(world, carol, [2], group.room)).toBe("HISTORY_FORBIDDEN");
    expect(messageIn(historyOf(world, bob, group.room), 2).content).toBe("2");
  });

  it("S43 may be asked for twice, and costs the second time nothing", () => {
    const world = chatOfThree();
    expect([hide(world, bob, [1, 3, 3]), hide(world, bob, [1, 3])]).toEqual([undefined, undefined]);
    const before = world.storage.rowsWritten;
    hide(world, bob, [3]);
    expect(world.storage.rowsWritten).toBe(before);
  });

  it("S44 is gone for them alone, without holes", () => {
    const world = chatOfThree();
    hide(world, bob, [1, 3]);
    const at = world.nowMs;
    world.nowMs += 5;
    world.crashAll();
    const gone = { as: "hidden", by: bob, at };
    expect(historyOf(world, bob)).toMatchObject([
      { seqId: 1, content: "", gone },
      { seqId: 2, content: "2" },
      { seqId: 3, content: "", gone },
    ]);
    expect(JSON.stringify([historyOf(world, alice), history(world).entries]).match(/secret/g)).toHaveLength(4);
  });

  it("S44 stays so when it is edited later, also on a page without the message", () => {
    const world = chatOfThree();
    hide(world, bob, [1]);
    control(world, alice, controlFrame("override", 1, { content: "secret, edited" }));
    const by = { kind: "user", userId: bob } as const;
    const outcome = world.call(chatRoom, { type: "history", by, after: 3 });
    expect(outcome).toMatchObject({ value: { entries: [{ seqId: 4, control: { op: "override", content: "" } }] } });
    expect(messageIn(historyOf(world, bob), 1).gone?.as).toBe("hidden");
    expect(messageIn(wholeLog(world), 1).content).toBe("secret, edited");
  });

  it("S128 is not shown to them, nor is what is gone for everybody, or no message", () => {
    const world = chatOfThree();
    append(world, alice, [{ ...text("4"), ttlMs: 1_000 }, text("5")]);
    hide(world, bob, [1]);
    control(world, alice, controlFrame("recall", 2));
    control(world, alice, controlFrame("override", 5, { content: "five" }));
    world.nowMs += 1_000;
    const shown = (userId: typeof bob) =>
      unwrap(world.call(chatRoom, { type: "shown", userId, seqIds: [1, 2, 3, 4, 5, 6, 7, 99] }));
    expect(shown(bob)).toMatchObject([
      { seqId: 3, content: "secret" },
      { seqId: 5, content: "five", edited: { count: 1 } },
    ]);
    expect(shown(alice)).toMatchObject([{ seqId: 1 }, { seqId: 3 }, { seqId: 5 }]);
  });

  it("S129 is nothing to those who may not read the history", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("2")], group.room);
    const shown = (userId: typeof bob) => unwrap(world.call(group.room, { type: "shown", userId, seqIds: [2] }));
    expect([shown(bob), shown(carol)]).toMatchObject([[{ seqId: 2 }], []]);
    group.change(alice, group.remove("out", [bob]));
    expect(shown(bob)).toEqual([]);
    group.change(alice, group.dismiss("over"));
    expect(shown(alice)).toEqual([]);
    expect(unwrap(world.call(chatRoom, { type: "shown", userId: carol, seqIds: [1] }))).toEqual([]);
  });
});
