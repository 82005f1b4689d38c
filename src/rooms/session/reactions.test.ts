import { describe, expect, it } from "vitest";
import { append, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { alice, bob, carol, chatRoom, user } from "../../../test/sim/names.ts";
import { ask, messageIn, pin, react, recall, refusalOf } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";

function worldWithMessages(count = 1): World {
  const world = new World();
  append(
    world,
    alice,
    Array.from({ length: count }, (_, n) => text(`m${n + 1}`)),
  );
  return world;
}

describe("a reaction", () => {
  it("S50 is counted once per user and kind, in the message and in a control entry", () => {
    const world = worldWithMessages();
    expect(ask(world, bob, react(1, "+"))).toMatchObject({ seqId: 2 });
    expect(ask(world, alice, react(1, "+"))).toMatchObject({ seqId: 3 });
    expect(ask(world, alice, react(1, "-"))).toMatchObject({ seqId: 4 });
    expect(ask(world, alice, react(1, "-"))).toMatchObject({ seqId: 0 });
    expect(ask(world, bob, react(1, "-", true))).toMatchObject({ seqId: 0 });
    world.crashAll();
    expect(messageIn(world, 1).reactions).toEqual({ "+": 2, "-": 1 });
    expect(ask(world, bob, react(1, "+", true))).toMatchObject({ seqId: 5 });
    expect(messageIn(world, 1).reactions).toEqual({ "+": 1, "-": 1 });
    const ops = wholeLog(world, chatRoom).flatMap((entry) => (entry.kind === "control" ? entry.control.op : []));
    expect(ops).toEqual(["react", "react", "react", "unreact"]);
  });

  it("S50 is a member's, and repeated under its packId", () => {
    const world = worldWithMessages();
    expect(refusalOf(world, carol, react(1, "+"))).toBe("ACCESS_DENIED");
    const asked = { ...react(1, "+"), packId: "once" };
    const first = ask<object>(world, bob, asked);
    expect(ask(world, bob, asked)).toEqual({ ...first, repeated: true });
    expect(refusalOf(world, bob, { ...react(1, "-"), packId: "once" })).toBe("PACK_CONFLICT");
  });

  it("S51 has bounds and a message that is there", () => {
    const world = worldWithMessages(2);
    for (let n = 0; n < 20; n += 1) ask(world, bob, react(1, `r${n}`));
    expect(refusalOf(world, bob, react(1, "one more"))).toBe("LIMIT_REACHED");
    expect(refusalOf(world, alice, react(1, "r0"))).toBeUndefined();
    ask(world, alice, recall(2));
    expect(refusalOf(world, bob, react(2, "+"))).toBe("MESSAGE_GONE");
    expect([3, 999].map((seqId) => refusalOf(world, bob, react(seqId, "+")))).toEqual([
      "NO_SUCH_MESSAGE",
      "NO_SUCH_MESSAGE",
    ]);
    for (const reaction of ["\ud800", "a\0b", "__proto__"])
      expect(refusalOf(world, bob, react(1, reaction))).toBe("BAD_PARAMETER");
  });

  it("S52 is listed with its users, for members, until the message is gone", () => {
    const world = worldWithMessages();
    for (const who of [bob, alice]) ask(world, who, react(1, "+"));
    const list = { type: "msg.reactions", seqId: 1 } as const;
    const { reactions } = ask<{ reactions: { reaction: string; users: string[] }[] }>(world, alice, list);
    expect(reactions.map(({ reaction, users }) => [reaction, [...users].sort()])).toEqual([["+", [alice, bob]]]);
    expect(refusalOf(world, carol, list)).toBe("ACCESS_DENIED");
    ask(world, alice, recall(1));
    expect(refusalOf(world, alice, list)).toBe("MESSAGE_GONE");
  });
});

describe("a pin", () => {
  const pinsOf = (world: World, by = alice) =>
    ask<{ pins: { seqId: number; by: string }[] }>(world, by, { type: "msg.pins" }).pins;

  it("S53 is for both users of a single chat, and leaves the message as it is", () => {
    const world = worldWithMessages(2);
    const before = messageIn(world, 1);
    for (const [who, seqId] of [
      [alice, 1],
      [bob, 2],
    ] as const)
      ask(world, who, pin(seqId));
    expect(ask(world, bob, pin(2))).toMatchObject({ seqId: 0 });
    expect(pinsOf(world)).toMatchObject([
      { seqId: 2, by: bob },
      { seqId: 1, by: alice },
    ]);
    expect(messageIn(world, 1)).toEqual(before);
    ask(world, alice, pin(2, true));
    expect(ask(world, alice, pin(2, true))).toMatchObject({ seqId: 0 });
    world.crashAll();
    expect(pinsOf(world)).toMatchObject([{ seqId: 1 }]);
    expect(refusalOf(world, carol, { type: "msg.pins" })).toBe("ACCESS_DENIED");
  });

  it("S53 is for owner and admins of a group", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, user("dora")]);
    append(world, bob, [text("m")], group.room);
    const { sessionId } = group;
    expect(refusalOf(world, bob, { ...pin(2), sessionId })).toBe("NOT_ALLOWED_IN_GROUP");
    group.change(alice, group.role("r", bob, "admin"));
    expect(refusalOf(world, bob, { ...pin(2), sessionId })).toBeUndefined();
  });

  it("S54 has bounds, and does not show what is gone", () => {
    const world = worldWithMessages(101);
    for (let seqId = 1; seqId <= 100; seqId += 1) ask(world, alice, pin(seqId));
    expect(refusalOf(world, alice, pin(101))).toBe("LIMIT_REACHED");
    ask(world, alice, recall(50));
    expect(pinsOf(world)).toHaveLength(99);
    expect(refusalOf(world, alice, pin(50))).toBe("MESSAGE_GONE");
    expect(refusalOf(world, alice, pin(101))).toBeUndefined();
    expect(pinsOf(world)[0]).toMatchObject({ seqId: 101 });
  });
});
