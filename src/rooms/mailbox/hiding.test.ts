import { describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { control, controlFrame, hide } from "../../../test/sim/controls.ts";
import { dataOf, hotSession, mailboxOf, online, read } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chat, chatRoom } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";

/** A world in which bob has five unread messages. */
function fiveUnread(): World {
  const world = new World();
  append(
    world,
    alice,
    ["1", "2", "3", "4", "5"].map((content) => text(content, `secret ${content}`)),
  );
  world.drain();
  return world;
}

describe("msg.hide", () => {
  it("M45 reads up to what is hidden, into the middle, to the end, and never back", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const results = [[2, 1], [1], [5], [3]].map((seqIds) => {
      const packId = hide(world, bobs, seqIds);
      world.drain();
      return dataOf(bobs, packId);
    });
    expect(results).toEqual([
      { readSeqId: 2, unread: 3, mentions: 0 },
      { readSeqId: 2, unread: 3, mentions: 0 },
      { readSeqId: 5, unread: 0, mentions: 0 },
      { readSeqId: 5, unread: 0, mentions: 0 },
    ]);
  });

  it("M45 tells the user's other live devices, and nobody else", () => {
    const world = fiveUnread();
    const phone = online(world, bob, { deviceType: "ios" });
    const laptop = online(world, bob, { deviceType: "macos" });
    const alices = online(world, alice);
    hide(world, phone, [1, 2]);
    world.drain();
    const hidden = { type: "hidden", sessionId: chat, seqIds: [1, 2] };
    expect(laptop.frames.slice(-2)).toMatchObject([hidden, { type: "session", session: { readSeqId: 2, unread: 3 } }]);
    for (const other of [phone, alices]) expect(other.frames.filter(({ type }) => type === "hidden")).toEqual([]);
  });

  it("M45 refuses what the session room refuses, and changes nothing", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const packId = hide(world, bobs, [1, 6]);
    world.drain();
    expect(bobs.acks(packId)).toMatchObject([{ code: ERRORS.NO_SUCH_MESSAGE.code }]);
    expect(hotSession(world, bob)).toMatchObject({ readSeqId: 0, unread: 5 });
  });

  it("M45 asks to try again while the messages are under way to the mailbox", () => {
    const world = new World();
    append(world, alice, [text("1")]);
    const bobs = online(world, bob);
    const early = hide(world, bobs, [1]);
    while (bobs.acks(early).length === 0) world.land(world.flights.length - 1);
    expect(bobs.acks(early)).toMatchObject([{ code: ERRORS.UNAVAILABLE.code }]);
    world.drain();
    const late = hide(world, bobs, [1]);
    world.drain();
    expect(dataOf(bobs, late)).toEqual({ readSeqId: 1, unread: 0, mentions: 0 });
  });

  it("M45 is answered once, whatever is lost or dropped on the way", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const lost = hide(world, bobs, [1]);
    world.land(0, "lost");
    world.drain();
    expect(bobs.acks(lost)).toMatchObject([{ code: ERRORS.UNAVAILABLE.code }]);
    const dropped = hide(world, bobs, [2]);
    world.land(0);
    world.evict(mailboxOf(bob));
    world.land(0);
    world.evict(mailboxOf(bob));
    world.drain();
    expect(dataOf(bobs, dropped)).toEqual({ readSeqId: 2, unread: 3, mentions: 0 });
  });

  it("M45 counts exactly while messages are recalled and delivered", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    const packId = hide(world, bobs, [2]);
    control(world, alice, controlFrame("recall", 4));
    append(world, alice, [text("7")]);
    while (world.flights.length > 1) world.land(1);
    world.drain();
    expect(dataOf(bobs, packId)).toEqual({ readSeqId: 2, unread: 3, mentions: 0 });
    expect(hotSession(world, bob)).toMatchObject({ unread: 3, lastSeqId: 7 });
  });

  it("M45 does not end the mark of a session that is read so far", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    read(world, bobs, 5);
    const before = hotSession(world, bob);
    hide(world, bobs, [1]);
    world.drain();
    expect(hotSession(world, bob)).toEqual(before);
  });

  it("M46 leaves nothing of the last message in the list, and what is done to it later neither", () => {
    const world = fiveUnread();
    const bobs = online(world, bob);
    hide(world, bobs, [5]);
    world.drain();
    const gone = { as: "hidden", by: bob };
    expect(hotSession(world, bob)).toMatchObject({ last: { seqId: 5, content: "", gone }, lastSeqId: 5 });
    control(world, alice, controlFrame("override", 5, { content: "secret, edited" }));
    world.drain();
    expect(hotSession(world, bob)).toMatchObject({ last: { seqId: 5, content: "", gone }, lastSeqId: 6 });
    expect(JSON.stringify(hotSession(world, alice))).toContain("secret, edited");
  });

  it("M45 works in groups for members, not for those who left", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("2")], group.room);
    group.change(bob, group.quit("q"));
    world.drain();
    const bobs = online(world, bob);
    const packId = hide(world, bobs, [2], group.sessionId);
    world.drain();
    expect(bobs.acks(packId)).toMatchObject([{ code: ERRORS.HISTORY_FORBIDDEN.code }]);
    expect(world.rooms).toContain(group.room);
    expect(world.rooms).not.toContain(chatRoom);
  });
});
