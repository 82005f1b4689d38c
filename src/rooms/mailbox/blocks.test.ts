import { describe, expect, it } from "vitest";
import { mailboxOf, online, say } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chatRoom } from "../../../test/sim/names.ts";
import { ask, codeOf, refusedCode, relations, rest, stateWith, tell } from "../../../test/sim/relations.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import type { RoomPolicy } from "../../kernel/policy.ts";
import { ERRORS } from "../../protocol/errors.ts";

function pair(policy: Partial<RoomPolicy> = {}) {
  const world = new World({ policy });
  return { world, a: online(world, alice), b: online(world, bob) };
}

/** Messages to the session overtake whatever is under way between mailboxes. */
function sayNow(world: World, device: SimConnection): number | undefined {
  const packId = say(world, device, "hello");
  const index = () => world.flights.findIndex((one) => one.kind === "request" && one.call.type === "append");
  world.land(index());
  world.land(world.flights.length - 1);
  return codeOf(device, packId);
}

const landTo = (world: World, type: "relation" | "stance", fate: "arrives" | "lost" = "arrives") => {
  world.land(
    world.flights.findIndex((one) => one.kind === "request" && one.call.type === type),
    fate,
  );
  world.land(world.flights.length - 1);
};
const commands = (device: SimConnection) => device.frames.filter(({ type }) => type === "sync.command");

describe("a block", () => {
  it("M90 refuses who asks, in both policies, and leaves no trace", () => {
    for (const friendship of ["request", "direct"] as const) {
      const { world, a, b } = pair({ friendship });
      tell(world, b, "block.add", { userId: alice });
      expect(refusedCode(world, a, "friend.add", { userId: bob, greeting: "let me in" })).toBe(ERRORS.BLOCKED.code);
      expect([stateWith(world, a, bob), stateWith(world, b, alice)]).toEqual(["none", "none"]);
      expect(relations(world, b)[0]).not.toHaveProperty("greeting");
      expect(commands(b)).toEqual([]);
      tell(world, b, "block.remove", { userId: alice });
      tell(world, a, "friend.add", { userId: bob });
      expect(stateWith(world, b, alice)).not.toBe("none");
    }
  });

  it("M90 says so again when the first answer was lost", () => {
    const { world, a, b } = pair();
    tell(world, b, "block.add", { userId: alice });
    const packId = ask(world, a, "friend.add", { userId: bob });
    world.land(world.flights.findIndex((one) => one.kind === "request" && one.call.type === "stance"));
    world.land(world.flights.length - 1, "lost");
    expect(codeOf(a, packId)).toBe(ERRORS.UNAVAILABLE.code);
    const again = ask(world, a, "friend.add", { userId: bob });
    rest(world);
    expect([codeOf(a, again), stateWith(world, a, bob)]).toEqual([ERRORS.BLOCKED.code, "none"]);
  });

  it("M90 is about the newest word: whom somebody asks who blocks them may say no", () => {
    const { world, a, b } = pair();
    tell(world, a, "block.add", { userId: bob });
    expect(refusedCode(world, b, "friend.add", { userId: alice })).toBe(ERRORS.BLOCKED.code);
    tell(world, a, "friend.add", { userId: bob });
    expect(stateWith(world, b, alice)).toBe("incoming");
    tell(world, b, "friend.answer", { userId: alice, accept: false });
    expect([stateWith(world, a, bob), stateWith(world, b, alice)]).toEqual(["none", "none"]);
  });

  it("M91 is acknowledged when it holds: the next message is refused", () => {
    const { world, a, b } = pair();
    const block = ask(world, b, "block.add", { userId: alice });
    expect(codeOf(b, block)).toBeUndefined();
    landTo(world, "relation");
    expect(codeOf(b, block)).toBe(0);
    expect(sayNow(world, a)).toBe(ERRORS.BLOCKED.code);
    expect(sayNow(world, b)).toBe(0);
    const unblock = ask(world, b, "block.remove", { userId: alice });
    landTo(world, "relation");
    expect([codeOf(b, unblock), sayNow(world, a)]).toEqual([0, 0]);
  });

  it("M91 makes friends who may write at once, and no more when it is over", () => {
    const { world, a, b } = pair({ messages: "friends" });
    expect(sayNow(world, a)).toBe(ERRORS.NOT_FRIENDS.code);
    tell(world, a, "friend.add", { userId: bob });
    expect(sayNow(world, a)).toBe(ERRORS.NOT_FRIENDS.code);
    const accept = ask(world, b, "friend.answer", { userId: alice, accept: true });
    landTo(world, "relation");
    expect(codeOf(b, accept)).toBeUndefined();
    landTo(world, "stance");
    expect(codeOf(b, accept)).toBe(0);
    expect([sayNow(world, a), sayNow(world, b)]).toEqual([0, 0]);
    const remove = ask(world, a, "friend.remove", { userId: bob });
    landTo(world, "relation");
    expect(codeOf(a, remove)).toBe(0);
    expect([sayNow(world, a), sayNow(world, b)]).toEqual([ERRORS.NOT_FRIENDS.code, ERRORS.NOT_FRIENDS.code]);
  });

  it("M91 is answered while the session cannot be reached, and again when it can", () => {
    const { world, a, b } = pair();
    const block = ask(world, b, "block.add", { userId: alice });
    landTo(world, "relation", "lost");
    expect(codeOf(b, block)).toBe(ERRORS.UNAVAILABLE.code);
    const again = ask(world, b, "block.add", { userId: alice });
    expect(codeOf(b, again)).toBeUndefined();
    rest(world);
    expect([codeOf(b, again), sayNow(world, a)]).toEqual([0, ERRORS.BLOCKED.code]);
  });

  it("M91 survives the instance that took it, and its process", () => {
    const { world, a, b } = pair();
    const block = ask(world, b, "block.add", { userId: alice });
    world.evict(mailboxOf(bob));
    expect(codeOf(b, block)).toBe(ERRORS.UNAVAILABLE.code);
    const again = ask(world, b, "block.add", { userId: alice });
    rest(world);
    expect([codeOf(b, block), codeOf(b, again)]).toEqual([ERRORS.UNAVAILABLE.code, 0]);
    expect(sayNow(world, a)).toBe(ERRORS.BLOCKED.code);
    ask(world, b, "block.remove", { userId: alice });
    world.crashAll();
    rest(world);
    expect(refusedCode(world, online(world, alice), "msg.send", message)).toBe(0);
  });

  it("M93 is listed, once, and does not end a friendship", () => {
    const { world, a, b } = pair({ friendship: "direct" });
    tell(world, a, "friend.add", { userId: bob });
    for (const userId of [bob, carol, bob]) tell(world, a, "block.add", { userId });
    expect(tell(world, a, "block.list", {}).userIds).toEqual([bob, carol]);
    expect(relations(world, a)[0]).toMatchObject({ userId: bob, state: "friend", blocked: true });
    tell(world, a, "block.remove", { userId: carol });
    const { rowsWritten } = world.storage;
    tell(world, a, "block.remove", { userId: carol });
    expect(world.storage.rowsWritten).toBe(rowsWritten);
    expect(tell(world, a, "block.list", {}).userIds).toEqual([bob]);
    expect(stateWith(world, b, alice)).toBe("friend");
  });

  it("M93 stays in force through what is done about the friendship", () => {
    const { world, a, b } = pair({ friendship: "direct" });
    tell(world, b, "block.add", { userId: alice });
    tell(world, b, "friend.add", { userId: alice });
    expect(stateWith(world, a, bob)).toBe("friend");
    expect(sayNow(world, a)).toBe(ERRORS.BLOCKED.code);
    tell(world, b, "friend.remove", { userId: alice });
    expect(sayNow(world, a)).toBe(ERRORS.BLOCKED.code);
  });

  it("M94 is told to the user's other devices, a friendship to those of both", () => {
    const { world, a, b } = pair();
    const phone = online(world, bob, { deviceType: "ios" });
    tell(world, b, "block.add", { userId: alice });
    expect([commands(a).length, commands(b).length]).toEqual([0, 0]);
    expect(commands(phone)).toEqual([{ type: "sync.command", what: "friends", id: alice }]);
    tell(world, b, "friend.add", { userId: alice });
    expect(commands(phone)).toHaveLength(2);
    expect(commands(a)).toEqual([{ type: "sync.command", what: "friends", id: bob }]);
    tell(world, a, "friend.answer", { userId: bob, accept: true });
    expect([commands(a).length, commands(b).length, commands(phone).length]).toEqual([1, 1, 3]);
    expect(world.requestsTo(chatRoom)).toEqual([]);
  });
});

const message = { sessionId: "SC_alice_bob", contentType: 1, content: "x" } as never; // SAFETY: as the wire has it
