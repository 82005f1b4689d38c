import { describe, expect, it } from "vitest";
import { SimArchive } from "../../../test/sim/archive.ts";
import { append, history, ownHistory, text } from "../../../test/sim/asks.ts";
import { alice, app, chat, chatRoom } from "../../../test/sim/names.ts";
import { ask, recall } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

const JOB = { app, sessionId: chat };

function archiving(): World {
  return new World({ policy: { archive: { hotEntries: 1_000, hotMs: 0 } } });
}

function send(world: World, count: number, prefix = "m"): void {
  append(
    world,
    alice,
    [...Array(count).keys()].map((n) => text(`${prefix}${n}`)),
  );
}

function passLinger(world: World): void {
  world.drain();
  world.nowMs += 2_000;
  world.ringDue();
  world.drain();
}

function read(world: World, after?: number) {
  return unwrap(world.call(chatRoom, { type: "feed.read", reader: "archive", after }));
}

function move(world: World, upTo: number) {
  return unwrap(world.call(chatRoom, { type: "feed.moved", reader: "archive", upTo }));
}

describe("the feed of a session", () => {
  it("S120 makes one job for what is new, after a while or as soon as there is much", () => {
    const world = archiving();
    send(world, 1);
    send(world, 1, "n");
    world.drain();
    expect(world.jobsOf("archive")).toEqual([]);
    passLinger(world);
    expect(world.jobsOf("archive")).toEqual([JOB]);
    send(world, 300, "o");
    passLinger(world);
    expect(world.jobsOf("archive")).toHaveLength(1);
    move(world, 302);
    send(world, 256, "p");
    world.drain();
    expect(world.jobsOf("archive")).toHaveLength(2);
  });

  it("S120 takes a job for lost after 6 hours", () => {
    const world = archiving();
    send(world, 1);
    passLinger(world);
    world.nowMs += 6 * 3_600_000;
    send(world, 1, "n");
    passLinger(world);
    expect(world.jobsOf("archive")).toEqual([JOB, JOB]);
  });

  it("S121 answers with what follows the cursor, which never goes back", () => {
    const world = archiving();
    send(world, 300);
    expect(read(world)).toMatchObject({ entries: { length: 256 }, trimmedSeqId: 0 });
    expect(move(world, 256)).toEqual({ more: true });
    expect(read(world)).toMatchObject({ entries: { length: 44 } });
    expect(move(world, 10)).toEqual({ more: true });
    expect(read(world)).toMatchObject({ entries: { length: 44 } });
    expect(read(world, 298)).toMatchObject({ entries: [{ seqId: 299 }, { seqId: 300 }] });
    expect(move(world, 999)).toEqual({ more: false });
    world.crashAll();
    expect(read(world)).toMatchObject({ entries: [] });
  });

  it("S122 asks the queue again when it took nothing, also after a crash", () => {
    const world = archiving();
    send(world, 1);
    world.drain();
    world.nowMs += 2_000;
    world.ringDue();
    const asked = () => world.flights.findIndex((one) => one.kind === "request" && one.to === "@queue/archive");
    world.land(asked(), "lost");
    world.drain();
    expect(world.jobsOf("archive")).toEqual([]);
    world.nowMs += 2_000;
    world.ringDue();
    world.crashAll();
    expect(world.jobsOf("archive")).toEqual([]);
    world.nowMs += 30_000;
    world.ringDue();
    world.drain();
    expect(world.jobsOf("archive")).toEqual([JOB]);
  });

  it("S122 makes another job when one was done before its queue said that it has it", () => {
    const world = archiving();
    send(world, 300);
    const asked = world.flights.findIndex((one) => one.kind === "request" && one.to === "@queue/archive");
    world.land(asked);
    expect(world.jobsOf("archive")).toEqual([JOB]);
    move(world, 300);
    send(world, 1, "n");
    world.drain();
    passLinger(world);
    expect(world.jobsOf("archive")).toEqual([JOB, JOB]);
  });

  it("S123 costs nothing without an archive, and no row of its own with one", () => {
    const bare = new World();
    send(bare, 1);
    passLinger(bare);
    expect(bare.jobsOf("archive")).toEqual([]);
    const rows = (world: World) => {
      send(world, 1, "warm");
      world.quiesce();
      const before = world.storage.rowsWritten;
      send(world, 1);
      world.drain();
      return world.storage.rowsWritten - before;
    };
    expect(rows(archiving())).toBe(rows(new World()));
  });

  it("S123 costs two rows for a job, besides its alarms", () => {
    const world = archiving();
    const archive = new SimArchive(world);
    send(world, 50);
    world.drain();
    const alarms = world.alarms.size;
    const before = world.storage.rowsWritten;
    passLinger(world);
    archive.work();
    expect(alarms).toBeGreaterThan(0);
    expect(world.storage.rowsWritten - before).toBe(2 + 1);
  });

  it("S126 knows what is gone before the archive does", () => {
    const world = new World({ policy: { archive: { hotEntries: 2, hotMs: 0 } } });
    const archive = new SimArchive(world);
    send(world, 10);
    passLinger(world);
    archive.work();
    expect(ownHistory(world, { after: 0 }).entries.filter(({ cut }) => cut)).toHaveLength(8);
    ask(world, alice, recall(3));
    ask(world, alice, { type: "msg.control", op: "override", seqId: 4, content: "changed" });
    const page = history(world, { after: 0 }).entries;
    expect(page.map((entry) => (entry.kind === "message" ? entry.content : entry.kind))).toEqual([
      ...["m0", "m1", "", "changed", "m4", "m5", "m6", "m7", "m8", "m9"],
      ...["control", "control"],
    ]);
    archive.isDown = true;
    expect(() => history(world, { after: 0 })).toThrow("unavailable");
    expect(history(world, { before: 13 }).entries.map(({ seqId }) => seqId)).toEqual([9, 10, 11, 12]);
  });
});
