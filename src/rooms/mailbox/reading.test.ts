import { describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { dataOf, hotSession, mailboxOf, online, read, say } from "../../../test/sim/mailboxes.ts";
import { alice, bob } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";

/** A world in which bob has five unread messages. */
function fiveUnread(): World {
  const world = new World();
  append(
    world,
    alice,
    ["1", "2", "3", "4", "5"].map((content) => text(content)),
  );
  world.drain();
  return world;
}

describe("reading", () => {
  it("M10 moves the cursor forward only, and never beyond the last entry", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const toThree = read(world, bobs, 3);
    world.drain();
    expect(dataOf(bobs, toThree)).toEqual({ readSeqId: 3, unread: 2, mentions: 0 });
    expect(dataOf(bobs, read(world, bobs, 1))).toEqual({ readSeqId: 3, unread: 2, mentions: 0 });
    expect(dataOf(bobs, read(world, bobs, 1_000))).toEqual({ readSeqId: 5, unread: 0, mentions: 0 });
    expect(hotSession(world, bob)).toMatchObject({ readSeqId: 5, unread: 0, mentions: 0 });
  });

  it("M10 refuses a session without a hot row", () => {
    const world = new World();
    const bobs = online(world, bob);
    expect(bobs.acks(read(world, bobs, 1))).toMatchObject([{ code: ERRORS.NO_SUCH_MESSAGE.code }]);
  });

  it("M11 needs no answer of the session room for reading to the end", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const packId = read(world, bobs, 5);
    expect(world.requestsTo("session").map(({ type }) => type)).toEqual(["cursors"]);
    expect(dataOf(bobs, packId)).toEqual({ readSeqId: 5, unread: 0, mentions: 0 });
  });

  it("M11 counts what is delivered while the session room counts once", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const packId = read(world, bobs, 2);
    append(world, alice, [text("6"), text("7")]);
    while (world.flights.length > 1) world.land(1);
    expect(bobs.acks(packId)).toEqual([]);
    world.drain();
    expect(dataOf(bobs, packId)).toEqual({ readSeqId: 2, unread: 5, mentions: 0 });
    expect(hotSession(world, bob)).toMatchObject({ unread: 5 });
  });

  it("M11 lets the later of two cursors win, also when its answer comes first", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const [toTwo, toThree] = [read(world, bobs, 2), read(world, bobs, 3)];
    world.land(1);
    world.land(1);
    expect(dataOf(bobs, toThree)).toEqual({ readSeqId: 3, unread: 2, mentions: 0 });
    world.drain();
    expect(dataOf(bobs, toTwo)).toEqual({ readSeqId: 3, unread: 2, mentions: 0 });
  });

  it("M11 yields to an own message that was sent meanwhile", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const packId = read(world, bobs, 2);
    say(world, bobs, "6");
    while (world.flights.length > 1) world.land(1);
    world.drain();
    expect(dataOf(bobs, packId)).toEqual({ readSeqId: 6, unread: 0, mentions: 0 });
  });

  it("M11 is exact also when the instance that asked was dropped before the answer", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const packId = read(world, bobs, 2);
    world.evict(mailboxOf(bob));
    append(world, alice, [text("6"), text("7")]);
    while (world.flights.length > 1) world.land(1);
    world.drain();
    expect(dataOf(bobs, packId)).toEqual({ readSeqId: 2, unread: 5, mentions: 0 });
  });

  it("M11 changes nothing when the session room cannot be reached", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const packId = read(world, bobs, 2);
    world.land(0, "lost");
    world.drain();
    expect(bobs.acks(packId)).toMatchObject([{ code: ERRORS.UNAVAILABLE.code }]);
    expect(hotSession(world, bob)).toMatchObject({ readSeqId: 0, unread: 5, mentions: 0 });
  });

  it("M12 tells the user's other live connections, and nobody else", () => {
    const world = fiveUnread();
    const phone = online(world, bob, { deviceType: "ios" });
    const laptop = online(world, bob, { deviceType: "macos" });
    const syncing = world.connect(bob, { deviceType: "web" });
    const alices = online(world, alice);
    read(world, phone, 5);
    read(world, phone, 5);
    world.drain();
    expect(laptop.sessionFrames()).toMatchObject([{ session: { readSeqId: 5, unread: 0, lastSeqId: 5 } }]);
    for (const other of [phone, syncing, alices]) expect(other.sessionFrames()).toEqual([]);
  });

  it("M11 counts anew for a member who came back while the session room counted", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("2"), text("3"), text("4")], group.room);
    world.drain();
    const bobs = online(world, bob);
    const packId = read(world, bobs, 2, group.sessionId);
    group.change(alice, group.remove("r", [bob]));
    append(world, alice, [text("6")], group.room);
    group.change(alice, group.join("j", [bob]));
    append(world, alice, [text("8")], group.room);
    while (world.flights.length > 1) world.land(1);
    world.drain();
    expect(dataOf(bobs, packId)).toEqual({ readSeqId: 6, unread: 1, mentions: 0 });
  });
});
