import { beforeEach, describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text, tryAppend, wholeLog } from "../../../test/sim/asks.ts";
import { hotSession, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat, chatRoom, dave, pack } from "../../../test/sim/names.ts";
import {
  auditOf,
  historyFor,
  loseObserved,
  monitor,
  monitored,
  observedEntries,
  observedSeqIds,
  observer,
  passTimeUntil,
  said,
  told,
} from "../../../test/sim/observing.ts";
import { World } from "../../../test/sim/world.ts";
import type { HistoryResult } from "../../protocol/frames/message.ts";
import type { UserId } from "../../protocol/ids.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

let world: World;
beforeEach(() => {
  world = new World();
});

const say = (...packs: string[]) => said(world, ...packs);
const historyOf = (userId: UserId, observes?: true, room = chatRoom) => historyFor(world, { userId, observes, room });
const deliveriesTo = (userId: UserId) =>
  world.requestsTo(mailboxOf(userId)).flatMap((call) => {
    if (call.type === "observed") return [call.frame.entries.map(({ seqId }) => seqId)];
    return [];
  });
const loseDelivery = () => loseObserved(world);

describe("an observer", () => {
  it("S90 begins at the log's end, between entries that are appended, and leaves no entry", () => {
    say("1", "2");
    expect(unwrap(world.call(chatRoom, told(5)))).toEqual({ seqId: 2 });
    say("3");
    expect(unwrap(world.call(chatRoom, told(5)))).toEqual({ seqId: 2 });
    expect(unwrap(world.call(chatRoom, told(6, "stopped")))).toEqual({ seqId: 3 });
    say("4");
    expect(unwrap(world.call(chatRoom, told(6, "stopped")))).toEqual({ seqId: 3 });
    expect(wholeLog(world).map(({ packId }) => packId)).toEqual(["1", "2", "3", "4"]);
  });

  it("S90 is not brought back by a start that comes after its stop, or that the stop overtook", () => {
    unwrap(world.call(chatRoom, told(1)));
    unwrap(world.call(chatRoom, told(2, "stopped")));
    unwrap(world.call(chatRoom, told(1)));
    unwrap(world.call(chatRoom, told(4, "stopped", dave)));
    unwrap(world.call(chatRoom, told(3, "started", dave)));
    world.crash(chatRoom);
    say("1");
    expect([deliveriesTo(carol), deliveriesTo(dave)]).toEqual([[], []]);
    expect(auditOf(world)).toHaveLength(2);
  });

  it("S91 gets every entry after the beginning, in order, with one call in flight", () => {
    const carols = observer(world, carol);
    say("1");
    expect(monitored(world, carols, "start")).toBe(1);
    say("2");
    say("3");
    say("4");
    expect(deliveriesTo(carol)).toEqual([[2]]);
    world.drain();
    expect(observedSeqIds(carols)).toEqual([2, 3, 4]);
    expect(observedEntries(carols)[0]).toEqual(wholeLog(world)[1]);
    expect(carols.entries()).toEqual([]);
  });

  it("S91 whose mailbox fails is retried alone, from a cursor on disk", () => {
    const [carols, bobs] = [observer(world, carol), online(world, bob)];
    monitored(world, carols, "start");
    say("1");
    loseDelivery();
    world.drain();
    say("2", "3");
    world.drain();
    expect([bobs.entries().length, observedSeqIds(carols)]).toEqual([3, []]);
    world.crash(chatRoom);
    world.quiesce();
    expect(observedSeqIds(carols)).toEqual([1, 2, 3]);
  });

  it("S91 misses nothing and gets nothing twice when everything crashes", () => {
    monitored(world, observer(world, carol), "start");
    say("1", "2");
    world.crashAll();
    const carols = observer(world, carol);
    world.quiesce();
    world.crash(chatRoom);
    world.ring(chatRoom);
    say("3");
    world.quiesce();
    expect(observedSeqIds(carols)).toEqual([1, 2, 3]);
  });

  it("S91 gets nothing more after the end, also of what was not delivered, nor after a restart", () => {
    const carols = observer(world, carol);
    monitored(world, carols, "start");
    say("1");
    loseDelivery();
    world.drain();
    expect(monitored(world, carols, "stop")).toBe(1);
    say("2");
    world.crash(chatRoom);
    say("3");
    world.quiesce();
    expect(observedSeqIds(carols)).toEqual([]);
  });

  it("S92 is no member: not listed, not counted, without any other right", () => {
    const group = SimGroup.create(world, alice, [bob]);
    const carols = observer(world, carol);
    monitored(world, carols, "start", group.sessionId);
    append(world, alice, [text("m")], group.room);
    world.drain();
    expect(unwrap(group.ask(alice, group.get()))).toMatchObject({ memberCount: 2 });
    const { members } = unwrap(group.ask(alice, group.members())) as { members: { userId: UserId }[] }; // SAFETY: its result
    expect(members.map(({ userId }) => userId)).toEqual([alice, bob]);
    const { groupId, sessionId } = group;
    const ask = (by: UserId, frame: object) =>
      world.call(group.room, { type: "request", by, frame: { packId: pack("x"), ...frame } as never }); // SAFETY: a frame each
    expect(unwrap(ask(alice, { type: "group.has", groupId, userIds: [carol] }))).toEqual({ members: [] });
    expect(unwrap(ask(alice, { type: "msg.readers", sessionId, seqId: 2 }))).toMatchObject({ of: 1 });
    expect(unwrap(ask(alice, { type: "msg.cursors", sessionId }))).toMatchObject({ cursors: { length: 2 } });
    for (const frame of [
      group.members(),
      { type: "msg.cursors", sessionId },
      { type: "typing", sessionId, isTyping: true },
    ])
      expect(errorOf(ask(carol, frame))).toBe("NOT_IN_GROUP");
    expect(errorOf(tryAppend(world, carol, [text("in")], group.room))).toBe("NOT_IN_GROUP");
    expect(errorOf(world.call(group.room, { type: "unread", userId: carol, after: 0, upTo: 2 }))).toBe(
      "HISTORY_FORBIDDEN",
    );
    unwrap(ask(alice, { type: "typing", sessionId, isTyping: true }));
    unwrap(ask(alice, { type: "msg.signal", sessionId, contentType: 1, content: "now" }));
    world.drain();
    expect(carols.frames.map(({ type }) => type)).not.toContain("signal");
    expect(carols.frames.map(({ type }) => type)).not.toContain("typing");
    expect(hotSession(world, carol, sessionId)).toBeUndefined();
  });

  it("S93 reads the whole history while it observes, with the scope only", () => {
    say("1", "2");
    expect(errorOf(historyOf(carol, true))).toBe("HISTORY_FORBIDDEN");
    unwrap(world.call(chatRoom, told(1)));
    expect(unwrap(historyOf(carol, true))).toMatchObject({ entries: [{ seqId: 1 }, { seqId: 2 }] });
    expect([errorOf(historyOf(carol)), errorOf(historyOf(dave, true))]).toEqual([
      "HISTORY_FORBIDDEN",
      "HISTORY_FORBIDDEN",
    ]);
    unwrap(world.call(chatRoom, told(2, "stopped")));
    expect(errorOf(historyOf(carol, true))).toBe("HISTORY_FORBIDDEN");
  });

  it("S93 sees what a member deleted for themself, and what was recalled as everybody does", () => {
    say("1");
    unwrap(world.call(chatRoom, { type: "hide", userId: bob, seqIds: [1] }));
    unwrap(world.call(chatRoom, told(1)));
    const seen = () => unwrap(historyOf(carol, true)) as HistoryResult; // SAFETY: what history answers with
    expect(seen().entries[0]).toMatchObject({ content: "1" });
  });

  it("S97 may become a member and leave again, and is both or one of the two", () => {
    const group = SimGroup.create(world, alice, [bob]);
    const carols = observer(world, carol);
    monitored(world, carols, "start", group.sessionId);
    group.change(alice, group.join("j", [carol]));
    append(world, alice, [text("both")], group.room);
    group.change(carol, group.quit("q"));
    append(world, alice, [text("observer")], group.room);
    world.quiesce();
    group.change(alice, group.join("again", [carol]));
    world.quiesce();
    monitored(world, carols, "stop", group.sessionId);
    append(world, alice, [text("member")], group.room);
    world.quiesce();
    expect(observedSeqIds(carols)).toEqual([2, 3, 4, 5, 6]);
    expect(carols.entries().map(({ seqId }) => seqId)).toEqual([2, 3, 4, 6, 7]);
  });

  it("S98 costs a message no row in the session, and without observers no look into the rows", () => {
    say("1");
    world.drain();
    const cost = (packId: string) => {
      const before = world.storage.rowsWritten;
      say(packId);
      return world.storage.rowsWritten - before;
    };
    const plain = cost("2");
    world.drain();
    expect(world.storage.statementsOn("FROM observer")).toBe(1);
    const carols = observer(world, carol);
    monitored(world, carols, "start");
    expect(cost("3")).toBe(plain);
    passTimeUntil(world, () => observedSeqIds(carols).length === 1);
  });

  it("S90 is none when the start was answered by nobody, until the mailbox asks again", () => {
    const carols = observer(world, carol);
    monitor(world, carols, "start", chat);
    world.crashAll();
    say("1");
    world.drain();
    expect(auditOf(world)).toEqual([]);
    passTimeUntil(world, () => auditOf(world).length === 1);
    expect(auditOf(world)).toMatchObject([{ seqId: 1, device: { deviceId: "carol-web" } }]);
  });
});
