import { describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { control, controlFrame, countOf, messageIn, tryControl } from "../../../test/sim/controls.ts";
import { alice, bob, carol, chatRoom, dave } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";

const WINDOW_MS = 120_000;

function chatWith(...contents: string[]): World {
  const world = new World();
  append(
    world,
    alice,
    contents.map((content) => text(content)),
  );
  return world;
}

describe("msg.control", () => {
  it("S35 lets senders recall their messages within the window", () => {
    const world = chatWith("1", "2");
    world.nowMs += WINDOW_MS;
    expect(control(world, alice, controlFrame("recall", 1, { packId: "r" }))).toBe(3);
    world.nowMs += 1;
    expect(errorOf(tryControl(world, alice, controlFrame("recall", 2)))).toBe("TOO_LATE");
    expect(wholeLog(world)).toMatchObject([
      { seqId: 1, content: "", gone: { as: "recalled", by: alice }, amendedBy: 3 },
      { seqId: 2, content: "2" },
      { seqId: 3, from: alice, packId: "r", control: { op: "recall", target: 1, targetFrom: alice, uncounts: true } },
    ]);
  });

  it("S35 lets the owner and admins of a group recall at any time, also their own", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    group.change(alice, group.role("a", bob, "admin"));
    append(world, carol, [text("3"), text("4")], group.room);
    append(world, bob, [text("5")], group.room);
    world.nowMs += 10 * WINDOW_MS;
    const { sessionId } = group;
    expect(errorOf(tryControl(world, carol, controlFrame("recall", 3, { sessionId })))).toBe("TOO_LATE");
    for (const [by, seqId] of [
      [bob, 3],
      [alice, 4],
      [bob, 5],
    ] as const)
      control(world, by, controlFrame("recall", seqId, { sessionId }));
    const gone = group.log().slice(2, 5);
    expect(gone).toMatchObject([{ gone: { by: bob } }, { gone: { by: alice } }, { gone: { by: bob } }]);
  });

  it("S35 does not let a clock that was put back make it too late", () => {
    const world = chatWith("1");
    world.nowMs -= 10 * WINDOW_MS;
    control(world, alice, controlFrame("recall", 1));
    expect(messageIn(wholeLog(world), 1).gone?.as).toBe("recalled");
  });

  it("S36 lets senders override at any time, and keeps count", () => {
    const world = chatWith("1");
    world.nowMs += 10 * WINDOW_MS;
    control(world, alice, controlFrame("override", 1, { content: "one" }));
    world.nowMs += 5;
    const image = { url: "https://a/b.png" };
    control(world, alice, controlFrame("override", 1, { contentType: 2, content: image }));
    const [message, first, second] = wholeLog(world);
    expect(message).toMatchObject({ contentType: 2, content: image, edited: { count: 2, at: world.nowMs } });
    expect(first).toMatchObject({ control: { op: "override", target: 1, contentType: 1, content: "one" } });
    expect(second).toMatchObject({ control: { op: "override", contentType: 2, content: image } });
    expect(countOf(world, bob, [0, 3])).toEqual({ unread: 1, mentions: 0 });
  });

  it("S36 checks the content of an override like that of a message", () => {
    const world = chatWith("1");
    const faultOf = (content: string | object, contentType = 1) =>
      errorOf(tryControl(world, alice, controlFrame("override", 1, { contentType, content: content as string }))); // SAFETY: objects are contents, too
    expect(faultOf("")).toBe("TOO_SHORT");
    expect(faultOf("x".repeat(65_537))).toBe("TOO_LONG");
    expect(faultOf({ width: 1 }, 2)).toBe("BAD_PARAMETER");
    expect(wholeLog(world)).toHaveLength(1);
  });

  it("S36 lets the sender, the owner and admins delete", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    append(world, carol, [text("2"), text("3")], group.room);
    const { sessionId } = group;
    world.nowMs += 10 * WINDOW_MS;
    control(world, carol, controlFrame("delete", 2, { sessionId }));
    control(world, alice, controlFrame("delete", 3, { sessionId }));
    expect(group.log().slice(1, 3)).toMatchObject([
      { gone: { as: "deleted" } },
      { gone: { as: "deleted", by: alice } },
    ]);
  });

  it("S37 refuses what is not the operator's", () => {
    const world = chatWith("1");
    const codes = (["recall", "override", "delete"] as const).map((op) => {
      const frame = controlFrame(op, 1, op === "override" ? { content: "x" } : {});
      return [bob, carol].map((by) => errorOf(tryControl(world, by, frame)));
    });
    expect(codes.flat()).toEqual(Array(6).fill("ACCESS_DENIED"));
    const group = SimGroup.create(world, alice, [bob, carol]);
    append(world, carol, [text("2")], group.room);
    const { sessionId } = group;
    const inGroup = (by: typeof bob, op: "recall" | "override" | "delete") =>
      errorOf(
        tryControl(world, by, controlFrame(op, 2, { sessionId, ...(op === "override" ? { content: "x" } : {}) })),
      );
    expect([inGroup(bob, "recall"), inGroup(bob, "delete")]).toEqual(Array(2).fill("NOT_ALLOWED_IN_GROUP"));
    expect([inGroup(bob, "override"), inGroup(alice, "override")]).toEqual(Array(2).fill("NOT_ALLOWED_IN_GROUP"));
    expect(inGroup(dave, "recall")).toBe("NOT_IN_GROUP");
    group.change(carol, group.quit("q"));
    expect(inGroup(carol, "recall")).toBe("NOT_IN_GROUP");
    group.change(alice, group.dismiss("d"));
    expect(inGroup(alice, "delete")).toBe("NO_SUCH_GROUP");
    expect(wholeLog(world)).toHaveLength(1);
  });

  it("S37 refuses what is no message, is beyond the head, or is gone", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("2")], group.room);
    const { sessionId } = group;
    const seqId = control(world, alice, controlFrame("recall", 2, { sessionId }));
    const codes = [1, seqId, 4, 2 ** 52].map((target) =>
      errorOf(tryControl(world, alice, controlFrame("recall", target, { sessionId }))),
    );
    expect(codes).toEqual(Array(4).fill("NO_SUCH_MESSAGE"));
    for (const op of ["recall", "override", "delete"] as const) {
      const frame = controlFrame(op, 2, { sessionId, ...(op === "override" ? { content: "x" } : {}) });
      expect(errorOf(tryControl(world, alice, frame))).toBe("MESSAGE_GONE");
    }
    expect(group.log()).toHaveLength(3);
  });
});

describe("a control", () => {
  it("S38 is done once, also when it is repeated after a restart, too late or by who has left", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, bob, [text("2")], group.room);
    const frame = controlFrame("recall", 2, { packId: "r", sessionId: group.sessionId });
    const first = tryControl(world, bob, frame);
    group.change(bob, group.quit("q"));
    world.crashAll();
    world.nowMs += 10 * WINDOW_MS;
    const again = tryControl(world, bob, frame);
    expect([first, again]).toMatchObject([{ value: { seqId: 3 } }, { value: { seqId: 3, repeated: true } }]);
    expect(errorOf(tryControl(world, bob, { ...frame, seqId: 3 }))).toBe("PACK_CONFLICT");
    expect(group.log()).toHaveLength(4);
  });

  it("S38 is one packId with messages: neither is taken for the other", () => {
    const world = chatWith("p");
    expect(errorOf(tryControl(world, alice, controlFrame("recall", 1, { packId: "p" })))).toBe("PACK_CONFLICT");
    expect(messageIn(wholeLog(world), 1)).not.toHaveProperty("gone");
  });

  it("S38 wins a race once, and the loser is told", () => {
    const world = chatWith("1");
    control(world, alice, controlFrame("recall", 1));
    expect(errorOf(tryControl(world, alice, controlFrame("delete", 1)))).toBe("MESSAGE_GONE");
    expect(wholeLog(world)).toHaveLength(2);
  });

  it("S38 works after the room was evicted, on what memory no longer has", () => {
    const world = chatWith("1", "2");
    world.evict(chatRoom);
    control(world, alice, controlFrame("override", 1, { content: "one" }));
    world.evict(chatRoom);
    control(world, alice, controlFrame("recall", 1));
    world.evict(chatRoom);
    expect(wholeLog(world)).toMatchObject([{ gone: { as: "recalled" } }, { content: "2" }, {}, {}]);
  });

  it("S38 leaves nothing of what is gone: no options, no reactions, no earlier contents", () => {
    const world = new World();
    const options = { replyTo: { seqId: 1 }, push: { title: "secret" }, priority: "high" } as const;
    append(world, alice, [text("1")]);
    append(world, alice, [{ ...text("2", "secret"), ...options }]);
    control(world, alice, controlFrame("override", 2, { content: "secret too" }));
    control(world, alice, controlFrame("override", 1, { content: "harmless" }));
    control(world, alice, controlFrame("delete", 2));
    const check = () => {
      const log = wholeLog(world);
      expect(JSON.stringify(log)).not.toContain("secret");
      expect(messageIn(log, 2)).not.toHaveProperty("replyTo");
      expect(messageIn(log, 2)).not.toHaveProperty("priority");
      expect(log[3]).toMatchObject({ control: { op: "override", content: "harmless" } });
    };
    check();
    world.crashAll();
    check();
  });

  it("S38 reaches a delivery that begins after it, also one of an earlier range", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    world.drain();
    append(world, alice, [text("2", "secret")], group.room);
    // All are under way with the message but bob's call, which fails before it arrives.
    const index = world.flights.findIndex((flight) => flight.kind === "request" && flight.to.includes("bob"));
    world.land(index, "lost");
    world.land(world.flights.length - 1);
    control(world, alice, controlFrame("recall", 2, { sessionId: group.sessionId }));
    world.nowMs += 60_000;
    world.ring(group.room);
    const delivered = JSON.stringify(world.requestsTo("bob"));
    expect(delivered).toContain("recalled");
    expect(delivered).not.toContain("secret");
  });

  it("S39 takes a countable message back, from its control entry on", () => {
    const world = new World();
    append(world, alice, [{ ...text("1"), mentions: { users: [bob] } }, text("2"), { ...text("3"), uncounted: true }]);
    control(world, alice, controlFrame("recall", 1));
    control(world, alice, controlFrame("recall", 3));
    const counts = [3, 4, 5].map((upTo) => countOf(world, bob, [0, upTo]));
    expect(counts).toEqual([
      { unread: 2, mentions: 1 },
      { unread: 1, mentions: 0 },
      { unread: 1, mentions: 0 },
    ]);
    const [first, second] = wholeLog(world).slice(3);
    expect(first).toMatchObject({ control: { uncounts: true, mentions: { users: [bob] } } });
    expect(second).not.toHaveProperty("control.uncounts");
  });
});
