import { describe, expect, it } from "vitest";
import { SimArchive } from "../../../test/sim/archive.ts";
import { append, history, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { copyOf, importAll, rowsOf, said } from "../../../test/sim/imports.ts";
import { hotSession } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, chatRoom, dave } from "../../../test/sim/names.ts";
import { ask, open, react } from "../../../test/sim/states.ts";
import { subscribe } from "../../../test/sim/webhook-jobs.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { noticeSessionId } from "../../protocol/session-id.ts";

const HOUR_MS = 3_600_000;

describe("what was imported", () => {
  it("S167 is told as one, when it rests, to members and to those who left", () => {
    const source = new World();
    const group = SimGroup.create(source, alice, [bob, carol]);
    append(source, alice, [text("1"), text("2")], group.room);
    group.change(alice, group.remove("out", [carol]));
    append(source, alice, [text("3")], group.room);
    const log = wholeLog(source, group.room);
    const world = new World();
    for (const entry of log) importAll(world, [entry], group.room);
    expect(world.flights).toEqual([]);
    world.nowMs += 1_999;
    world.ringDue();
    expect(world.flights).toEqual([]);
    world.nowMs += 1;
    world.ringDue();
    expect(world.requestsTo("mailbox").map(({ type }) => type)).toEqual(["imported", "imported", "imported"]);
    world.drain();
    const { sessionId } = group;
    expect(hotSession(world, bob, sessionId)).toMatchObject({
      firstSeqId: 1,
      lastSeqId: 5,
      member: true,
      last: { seqId: 5 },
    });
    expect(hotSession(world, carol, sessionId)).toMatchObject({
      firstSeqId: 1,
      lastSeqId: 4,
      member: false,
      last: { seqId: 4 },
    });
    append(world, alice, [text("4")], group.room);
    world.drain();
    expect(hotSession(world, bob, sessionId)).toMatchObject({ firstSeqId: 1, lastSeqId: 6, unread: 1 });
    expect(hotSession(world, carol, sessionId)).toMatchObject({ lastSeqId: 4 });
  });

  it("S167 is told to the one user of business notices, whoever sent them", () => {
    const source = new World();
    const sessionId = noticeSessionId(app, bob);
    const room = sessionRoom(app, sessionId);
    source.call(room, { type: "append", sender: dave, items: [text("sold-out")], by: "server" });
    const world = copyOf(source, sessionId);
    expect(rowsOf(world, sessionId)).toEqual(rowsOf(source, sessionId));
    expect(hotSession(world, bob, sessionId)).toMatchObject({ lastSeqId: 1, unread: 0, last: { from: dave } });
    expect(hotSession(world, dave, sessionId)).toBeUndefined();
  });

  it("S167 is told at once when the session goes on, and again after whatever gets lost", () => {
    const source = said("1", "2");
    ask(source, bob, react(1, "+"));
    const world = new World();
    importAll(world, wholeLog(source));
    append(world, bob, [text("3")]);
    expect(world.requestsTo("mailbox").map(({ type }) => type)).toEqual(["imported", "imported"]);
    world.land(0, "lost");
    world.crash(chatRoom);
    world.quiesce();
    expect(hotSession(world, alice)).toMatchObject({
      firstSeqId: 1,
      lastSeqId: 4,
      readSeqId: 3,
      unread: 1,
      last: { seqId: 4 },
    });
    expect(hotSession(world, bob)).toMatchObject({ lastSeqId: 4, unread: 0 });
  });

  it("S167 reaches observers entry by entry", () => {
    const world = new World();
    world.call(chatRoom, { type: "observe", userId: dave, version: 1, event: "started" });
    importAll(world, wholeLog(said("1", "2")));
    expect(world.requestsTo("mailbox")).toMatchObject([
      { type: "observed", frame: { entries: [{ seqId: 1 }, { seqId: 2 }] } },
    ]);
  });

  it("S168 counts as read, and endpoints hear nothing of it", () => {
    const world = new World();
    subscribe(world, ["message"]);
    importAll(world, wholeLog(said("1", "2")));
    world.quiesce(60_000);
    expect(world.jobsOf("webhook")).toEqual([]);
    expect(ask(world, alice, { type: "msg.readers", seqId: 1 })).toEqual({ count: 1, of: 1, users: [bob] });
    expect(ask(world, alice, { type: "msg.cursors" })).toMatchObject({
      cursors: [
        { userId: alice, readSeqId: 2 },
        { userId: bob, readSeqId: 2 },
      ],
    });
    append(world, alice, [text("3")]);
    world.quiesce(60_000);
    expect(world.jobsOf("webhook")).toHaveLength(1);
    expect(world.call(chatRoom, { type: "feed.read", reader: "webhook" })).toMatchObject({
      value: { entries: [{ seqId: 3 }] },
    });
  });

  it("S168 goes to the archive", () => {
    const world = new World({ policy: { archive: { hotEntries: 2, hotMs: 0 } } });
    const archive = new SimArchive(world);
    const log = wholeLog(said(...[...Array(100).keys()].map(String)));
    importAll(world, log);
    for (let round = 0; round < 3; round += 1) {
      world.quiesce(60_000);
      archive.work();
    }
    expect(world.storage.forRoom(chatRoom).prepare("SELECT seq FROM trims WHERE room = ?").get(chatRoom)).toMatchObject(
      { seq: 98 },
    );
    expect(wholeLog(world)).toEqual(log);
  });

  it("S169 appends nothing by itself until the import has rested, and shows nothing that has expired", () => {
    const source = said("1");
    append(source, alice, [{ ...text("short"), ttlMs: 10_000 }]);
    ask(source, bob, open("half"));
    const first = wholeLog(source);
    append(source, alice, [text("late")]);
    const last = wholeLog(source).slice(3);
    const world = new World();
    importAll(world, first);
    const startMs = world.nowMs;
    world.quiesce(60_000);
    world.nowMs = startMs + HOUR_MS - 1;
    world.ringDue();
    expect(history(world).entries).toMatchObject([{}, { content: "", gone: { as: "expired" } }, { streaming: true }]);
    expect(world.call(chatRoom, { type: "retain", beforeMs: world.nowMs })).toMatchObject({ value: { more: false } });
    expect(importAll(world, last)).toMatchObject({ headSeqId: 4, imported: 1 });
    world.quiesce(2 * HOUR_MS);
    expect(wholeLog(world).slice(4)).toMatchObject([{ control: { op: "expire" } }, { control: { op: "finish" } }]);
  });
});
