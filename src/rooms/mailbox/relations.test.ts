import { describe, expect, it } from "vitest";
import { mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chatRoom, user } from "../../../test/sim/names.ts";
import { ask, codeOf, refusedCode, relations, stateWith, tell } from "../../../test/sim/relations.ts";
import { World } from "../../../test/sim/world.ts";
import type { RoomPolicy } from "../../kernel/policy.ts";
import { ERRORS } from "../../protocol/errors.ts";
import { MAX_RELATIONS } from "../../protocol/limits.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import { NO_STANCE } from "../../protocol/rpc/stance.ts";

function pair(policy: Partial<RoomPolicy> = {}) {
  const world = new World({ policy });
  const [a, b] = [online(world, alice), online(world, bob)];
  const states = () => [stateWith(world, a, bob), stateWith(world, b, alice)];
  return { world, a, b, states };
}

const friends = ["friend", "friend"];
const nothing = ["none", "none"];

describe("adding a friend", () => {
  it("M85 asks the other, who may accept", () => {
    const { world, a, b, states } = pair();
    const mine = tell(world, a, "friend.add", { userId: bob, greeting: "hi", remark: "Bobby" });
    expect(mine).toMatchObject({ userId: bob, state: "requested", remark: "Bobby", updatedAt: world.nowMs });
    expect(relations(world, b)).toMatchObject([{ userId: alice, state: "incoming", greeting: "hi" }]);
    expect(relations(world, b)[0]).not.toHaveProperty("remark");
    const theirs = tell(world, b, "friend.answer", { userId: alice, accept: true, remark: "Al" });
    expect(theirs).toMatchObject({ state: "friend", remark: "Al" });
    expect(states()).toEqual(friends);
    world.crashAll();
    expect(stateWith(world, online(world, alice), bob)).toBe("friend");
  });

  it("M85 makes friends at once where the policy says so", () => {
    const { world, a, states } = pair({ friendship: "direct" });
    expect(tell(world, a, "friend.add", { userId: bob })).toMatchObject({ state: "friend" });
    expect(states()).toEqual(friends);
  });

  it("M85 makes friends of two who ask each other, also when the requests cross", () => {
    const { world, a, b, states } = pair();
    ask(world, a, "friend.add", { userId: bob });
    ask(world, b, "friend.add", { userId: alice });
    world.drain();
    expect(states()).toEqual(friends);
    const other = pair();
    tell(other.world, other.a, "friend.add", { userId: bob });
    tell(other.world, other.b, "friend.add", { userId: alice });
    expect(other.states()).toEqual(friends);
  });

  it("M85 changes nothing when it is asked again", () => {
    const { world, a, b } = pair();
    for (const state of ["requested", "friend"]) {
      tell(world, a, "friend.add", { userId: bob, greeting: state });
      const { rowsWritten } = world.storage;
      expect(tell(world, a, "friend.add", { userId: bob, greeting: "again" })).toMatchObject({ state });
      expect(world.storage.rowsWritten).toBe(rowsWritten);
      if (state === "requested") tell(world, b, "friend.answer", { userId: alice, accept: true });
    }
  });
});

describe("answering a request", () => {
  it("M86 leaves nothing of one that was refused, which may be made again", () => {
    const { world, a, b, states } = pair();
    tell(world, a, "friend.add", { userId: bob });
    expect(tell(world, b, "friend.answer", { userId: alice, accept: false })).toMatchObject({ state: "none" });
    expect(states()).toEqual(nothing);
    tell(world, a, "friend.add", { userId: bob });
    expect(states()).toEqual(["requested", "incoming"]);
  });

  it("M86 knows when there is none, and the same answer a second time", () => {
    const { world, a, b } = pair();
    const answer = (accept: boolean) => refusedCode(world, b, "friend.answer", { userId: alice, accept });
    const none = ERRORS.NO_SUCH_REQUEST.code;
    expect([answer(true), answer(false)]).toEqual([none, none]);
    tell(world, a, "friend.add", { userId: bob });
    expect(refusedCode(world, a, "friend.answer", { userId: bob, accept: true })).toBe(none);
    expect([answer(false), answer(false), answer(true)]).toEqual([0, 0, none]);
    tell(world, a, "friend.add", { userId: bob });
    expect([answer(true), answer(true), answer(false)]).toEqual([0, 0, none]);
  });
});

describe("removing a friend", () => {
  it("M87 ends it for both, and keeps the remark", () => {
    const { world, a, b, states } = pair({ friendship: "direct" });
    tell(world, a, "friend.add", { userId: bob, remark: "Bobby" });
    tell(world, b, "friend.remove", { userId: alice });
    expect(states()).toEqual(nothing);
    expect(relations(world, a)).toMatchObject([{ state: "none", remark: "Bobby" }]);
    tell(world, b, "friend.add", { userId: alice });
    expect(states()).toEqual(friends);
  });

  it("M87 takes back the own request, and refuses that of the other", () => {
    const { world, a, b, states } = pair();
    for (const device of [a, b]) {
      tell(world, a, "friend.add", { userId: bob });
      tell(world, device, "friend.remove", { userId: device === a ? bob : alice });
      expect(states()).toEqual(nothing);
    }
    const { rowsWritten } = world.storage;
    tell(world, a, "friend.remove", { userId: bob });
    tell(world, a, "friend.remove", { userId: carol });
    expect(world.storage.rowsWritten).toBe(rowsWritten);
  });
});

describe("a relation", () => {
  it("M88 is none with oneself", () => {
    const { world, a } = pair();
    const codes = [
      refusedCode(world, a, "friend.add", { userId: alice }),
      refusedCode(world, a, "friend.answer", { userId: alice, accept: true }),
      refusedCode(world, a, "friend.remove", { userId: alice }),
      refusedCode(world, a, "friend.remark", { userId: alice, remark: "me" }),
      refusedCode(world, a, "block.add", { userId: alice }),
      refusedCode(world, a, "block.remove", { userId: alice }),
    ];
    expect(codes).toEqual(codes.map(() => ERRORS.BAD_PARAMETER.code));
  });

  it("M92 is synced from a version on, in pages", () => {
    const { world, a } = pair({ friendship: "direct" });
    const others = ["u1", "u2", "u3"].map(user);
    for (const userId of others) tell(world, a, "friend.add", { userId });
    const first = tell(world, a, "friend.sync", { since: 0, limit: 2 });
    const second = tell(world, a, "friend.sync", { since: first.version, limit: 2 });
    expect([first.more, second.more]).toEqual([true, false]);
    expect([...first.relations, ...second.relations].map(({ userId }) => userId)).toEqual(others);
    expect(tell(world, a, "friend.sync", { since: second.version })).toEqual({
      relations: [],
      version: second.version,
      more: false,
    });
    tell(world, a, "friend.remove", { userId: user("u1") });
    const third = tell(world, a, "friend.sync", { since: second.version });
    expect(third).toMatchObject({ relations: [{ userId: "u1", state: "none" }], more: false });
  });

  it("M92 has a remark that may be taken away", () => {
    const { world, a, b } = pair();
    tell(world, a, "friend.remark", { userId: bob, remark: "Bobby" });
    expect(relations(world, a)).toMatchObject([{ userId: bob, state: "none", remark: "Bobby" }]);
    tell(world, a, "friend.remark", { userId: bob, remark: "" });
    expect(relations(world, a)[0]).not.toHaveProperty("remark");
    expect(relations(world, b)).toEqual([]);
  });

  it("M96 is kept for so many others", () => {
    const { world, a } = pair();
    const insert = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MAX_RELATIONS})
      INSERT INTO relations SELECT ?, 'u' || i, 'r', '', 0, ?, ?, 1, i, 0 FROM n`;
    const stance = JSON.stringify(NO_STANCE);
    world.storage.forRoom("").prepare(insert).run(mailboxOf(alice), stance, stance);
    expect(refusedCode(world, a, "friend.add", { userId: bob })).toBe(ERRORS.LIMIT_REACHED.code);
    expect(refusedCode(world, a, "block.add", { userId: bob })).toBe(ERRORS.LIMIT_REACHED.code);
    expect(refusedCode(world, a, "friend.add", { userId: user("u1") })).toBe(0);
    tell(world, online(world, bob), "friend.add", { userId: alice });
    tell(world, a, "friend.remark", { userId: user("u2"), remark: "" });
    expect(refusedCode(world, a, "friend.answer", { userId: bob, accept: true })).toBe(0);
  });
});

describe("a server key", () => {
  it("M95 makes and ends friendships without consent", () => {
    const { world, b, states } = pair();
    const relate = (op: "add" | "remove") =>
      unwrap(world.call(mailboxOf(alice), { type: "relate", op, userId: bob, remark: "r" }));
    tell(world, b, "friend.add", { userId: alice });
    expect(relate("add")).toMatchObject({ relation: { state: "friend", remark: "r" } });
    world.drain();
    expect(states()).toEqual(friends);
    relate("remove");
    world.drain();
    expect(states()).toEqual(nothing);
  });

  it("M95 gets the calls that make it known, which may be made by both", () => {
    const { world, a, states } = pair();
    const requested = ask(world, a, "friend.add", { userId: bob });
    const relate = world.call(mailboxOf(alice), { type: "relate", op: "add", userId: bob });
    const { toSession, toOther } = unwrap(relate) as { toSession: never; toOther: never }; // SAFETY: it answers so
    unwrap(world.call(chatRoom, toSession));
    expect(unwrap(world.call(mailboxOf(bob), toOther))).toMatchObject({ blocked: false });
    expect(stateWith(world, online(world, bob, { deviceType: "ios" }), alice)).toBe("friend");
    world.drain();
    expect([codeOf(a, requested), ...states()]).toEqual([0, ...friends]);
  });
});
