import { describe, expect, it } from "vitest";
import { append, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { importAll } from "../../../test/sim/imports.ts";
import { dataOf, freshPack, hotSession, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat, chatRoom, pack } from "../../../test/sim/names.ts";
import { PushStage } from "../../../test/sim/pushes.ts";
import { ask, recall } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import type { ImportedCall } from "../../protocol/rpc/import-call.ts";

/** A chat of four messages, the third of which was recalled. */
function source(): World {
  const world = new World();
  append(world, alice, [text("1"), { ...text("2"), priority: "high" }]);
  append(world, bob, [{ ...text("3"), mentions: { users: [alice] } }]);
  append(world, bob, [text("4")]);
  ask(world, bob, recall(3));
  return world;
}

function tell(world: World, call: Partial<ImportedCall> = {}): void {
  const [last] = wholeLog(source()).slice(3);
  if (last === undefined) throw new Error("no entry");
  world.call(mailboxOf(alice), { type: "imported", sessionId: chat, firstSeqId: 1, lastSeqId: 5, last, ...call });
}

describe("what was imported", () => {
  it("M220 is a row of which all is read, once", () => {
    const world = new World();
    const connection = online(world, alice);
    for (let times = 0; times < 2; times += 1) tell(world);
    tell(world, { lastSeqId: 3 });
    const row = { firstSeqId: 1, lastSeqId: 5, readSeqId: 5, unread: 0, mentions: 0, member: true, last: { seqId: 4 } };
    expect(hotSession(world, alice)).toMatchObject(row);
    expect(connection.sessionFrames()).toHaveLength(1);
    world.crash(mailboxOf(alice));
    expect(hotSession(world, alice)).toMatchObject(row);
  });

  it("M221 is told to live devices as a row, and to nobody else", () => {
    const stage = new PushStage();
    const { world } = stage;
    const connection = online(world, alice);
    importAll(world, wholeLog(source()));
    world.quiesce(60_000);
    expect(connection.sessionFrames()).toMatchObject([{ session: { sessionId: chat, lastSeqId: 5, unread: 0 } }]);
    expect(connection.entries()).toEqual([]);
    expect(stage.jobs()).toEqual([]);
    expect(stage.ask({ type: "sync.priority", after: 0 })).toMatchObject({ items: [] });
    append(world, alice, [text("5")]);
    world.drain();
    expect(stage.jobs()).toHaveLength(1);
  });

  it("M222 is in the list of groups, as long as its newest notice says so", () => {
    const old = new World();
    const group = SimGroup.create(old, alice, [bob, carol]);
    append(old, alice, [text("1")], group.room);
    group.change(alice, group.remove("out", [carol]));
    const world = new World();
    const connections = [bob, carol].map((userId) => online(world, userId));
    importAll(world, group.log(), group.room);
    world.quiesce(60_000);
    const groups = connections.map((connection) => {
      const packId = freshPack();
      world.send(connection, { type: "group.sync", packId, since: 0 });
      return dataOf<{ groups: string[] }>(connection, packId).groups;
    });
    expect(groups).toEqual([[group.groupId], []]);
    expect(connections[0]?.frames).toContainEqual({ type: "sync.command", what: "groups", id: group.groupId });
  });

  it("M223 goes on with what is there, and begins anew with another join", () => {
    const world = new World();
    const connection = online(world, alice);
    tell(world);
    world.send(connection, {
      type: "session.attr",
      packId: pack("attr"),
      sessionId: chat,
      attributes: { pinned: true },
    });
    tell(world, { firstSeqId: 6, lastSeqId: 9 });
    expect(hotSession(world, alice)).toMatchObject({
      firstSeqId: 1,
      lastSeqId: 9,
      readSeqId: 9,
      attributes: { pinned: true },
    });
    tell(world, { firstSeqId: 11, lastSeqId: 12 });
    expect(hotSession(world, alice)).toMatchObject({ firstSeqId: 11, lastSeqId: 12 });
    const left = { kind: "notice" as const, notice: { event: "quit" as const, users: [alice] } };
    tell(world, {
      firstSeqId: 13,
      lastSeqId: 14,
      last: { seqId: 14, timestamp: 1, from: alice, packId: pack("q"), ...left },
    });
    expect(hotSession(world, alice)).toMatchObject({ firstSeqId: 11, lastSeqId: 14, member: false });
    tell(world, { firstSeqId: 15, lastSeqId: 15 });
    expect(hotSession(world, alice)).toMatchObject({ firstSeqId: 15, lastSeqId: 15, member: true });
  });

  it("M223 brings a hidden row back with a message or notice, as deliveries do", () => {
    const world = new World();
    const connection = online(world, alice);
    tell(world);
    world.send(connection, { type: "session.hide", packId: pack("hide"), sessionId: chat });
    tell(world, { lastSeqId: 6 });
    expect(hotSession(world, alice)).toMatchObject({ lastSeqId: 6, hidden: true });
    const [last] = wholeLog(source()).slice(3);
    if (last !== undefined) tell(world, { lastSeqId: 7, last: { ...last, seqId: 7 } });
    expect(hotSession(world, alice)).not.toHaveProperty("hidden");
  });

  it("M224 is reported to nobody", () => {
    const world = new World();
    importAll(world, wholeLog(source()));
    world.quiesce(60_000);
    world.nowMs += 10_000;
    for (const userId of [alice, bob]) world.ring(mailboxOf(userId));
    expect(world.flights).toEqual([]);
    expect(ask(world, bob, { type: "msg.readers", seqId: 1 })).toMatchObject({ users: [bob] });
    expect(wholeLog(world, chatRoom)).toHaveLength(5);
  });
});
