import { describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { online, read } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, chat, user } from "../../../test/sim/names.ts";
import { ask, refusalOf } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { Cursor } from "../../protocol/frames/message.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";

const texts = (count: number) => Array.from({ length: count }, (_, n) => text(`m${n + 1}`));

function report(world: World, cursor: { userId: UserId; readSeqId: number; receivedSeqId: number }, sessionId = chat) {
  return world.call(sessionRoom(app, sessionId), { type: "cursors", ...cursor });
}

function cursorsOf(world: World, by: UserId, sessionId: SessionId = chat): [string, number, number][] {
  const { cursors } = ask<{ cursors: Cursor[] }>(world, by, { type: "msg.cursors", sessionId });
  return cursors.map(({ userId, receivedSeqId, readSeqId }) => [userId, receivedSeqId, readSeqId]);
}

describe("what is not kept", () => {
  const signal = { type: "msg.signal", contentType: 1, content: "now" } as const;

  it("S60 a signal is told to the other members, and leaves no row", () => {
    const world = new World();
    const bobs = online(world, bob);
    const rows = world.storage.rowsWritten;
    expect(ask(world, alice, signal)).toEqual({});
    world.drain();
    expect(world.storage.rowsWritten).toBe(rows);
    expect(bobs.frames.at(-1)).toMatchObject({ type: "signal", sessionId: chat, from: alice, content: "now" });
    expect(wholeLog(world)).toEqual([]);
    expect(refusalOf(world, carol, signal)).toBe("ACCESS_DENIED");
    expect(refusalOf(world, alice, { ...signal, content: "" })).toBe("TOO_SHORT");
  });

  it("S61 typing is told to the others, but not in large groups", () => {
    const world = new World();
    const bobs = online(world, bob);
    ask(world, alice, { type: "typing", isTyping: true });
    world.drain();
    expect(bobs.frames.at(-1)).toEqual({ type: "typing", sessionId: chat, from: alice, isTyping: true });
    const many = Array.from({ length: 100 }, (_, n) => user(`u${n}`));
    const { sessionId } = SimGroup.create(world, alice, many);
    world.drain();
    expect(ask(world, alice, { type: "typing", isTyping: true, sessionId })).toEqual({});
    expect(world.flights).toEqual([]);
  });
});

describe("cursors", () => {
  it("S62 go forward only, never beyond the head, and reading implies receiving", () => {
    const world = new World();
    append(world, alice, texts(5));
    report(world, { userId: bob, readSeqId: 2, receivedSeqId: 0 });
    report(world, { userId: bob, readSeqId: 1, receivedSeqId: 4 });
    expect(cursorsOf(world, alice)).toContainEqual([bob, 4, 2]);
    report(world, { userId: bob, readSeqId: 99, receivedSeqId: 99 });
    world.crashAll();
    expect(cursorsOf(world, alice)).toContainEqual([bob, 5, 5]);
    expect(errorOf(report(world, { userId: carol, readSeqId: 1, receivedSeqId: 1 }))).toBe("ACCESS_DENIED");
  });

  it("S63 show that senders have read what they answered, without a report", () => {
    const world = new World();
    append(world, alice, texts(2));
    append(world, bob, [text("b")]);
    expect(cursorsOf(world, alice)).toEqual([
      [alice, 2, 2],
      [bob, 3, 3],
    ]);
    world.crashAll();
    append(world, alice, [text("later")]);
    expect(cursorsOf(world, bob)).toContainEqual([alice, 4, 4]);
  });

  it("S64 are told to the other user of a single chat when they move", () => {
    const world = new World();
    const alices = online(world, alice);
    append(world, alice, texts(3));
    const receipts = () => alices.frames.filter(({ type }) => type === "receipt");
    for (let n = 0; n < 2; n += 1) report(world, { userId: bob, readSeqId: 1, receivedSeqId: 2 });
    world.drain();
    expect(receipts()).toEqual([{ type: "receipt", sessionId: chat, userId: bob, receivedSeqId: 2, readSeqId: 1 }]);
  });

  it("S64 are told to nobody in a group: 500 readers are 500 reports and no frame", () => {
    const world = new World();
    const members = Array.from({ length: 499 }, (_, n) => user(`u${n}`));
    const { sessionId, room } = SimGroup.create(world, alice, members);
    append(world, alice, [text("m")], room);
    world.drain();
    const connections = members.map((userId) => online(world, userId));
    const framesBefore = connections.map(({ offered }) => offered);
    let reports = 0;
    for (const connection of connections) {
      read(world, connection, 2, sessionId);
      reports += world.requestsTo("/session/").length;
      world.drain();
    }
    expect(reports).toBe(499);
    expect(connections.map(({ offered }, index) => offered - (framesBefore[index] ?? 0))).toEqual(members.map(() => 1));
    const readers = ask<object>(world, alice, { type: "msg.readers", seqId: 2, sessionId });
    expect(readers).toMatchObject({ count: 499, of: 499 });
  });

  it("S65 are for members, and begin before the member's join", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, texts(3), group.room);
    group.change(alice, group.join("j", [carol]));
    expect(cursorsOf(world, alice, group.sessionId)).toContainEqual([carol, 4, 4]);
    expect(refusalOf(world, user("dora"), { type: "msg.cursors", sessionId: group.sessionId })).toBe("NOT_IN_GROUP");
  });

  it("S66 say who has read a message: members of then, without its sender", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, texts(1), group.room);
    group.change(alice, group.join("j", [carol]));
    const { sessionId } = group;
    const readers = () => ask(world, bob, { type: "msg.readers", seqId: 2, sessionId });
    expect(readers()).toEqual({ count: 0, of: 1, users: [] });
    report(world, { userId: bob, readSeqId: 2, receivedSeqId: 2 }, sessionId);
    report(world, { userId: carol, readSeqId: 3, receivedSeqId: 3 }, sessionId);
    expect(readers()).toEqual({ count: 1, of: 1, users: [bob] });
    expect(refusalOf(world, bob, { type: "msg.readers", seqId: 1, sessionId })).toBe("NO_SUCH_MESSAGE");
  });
});
