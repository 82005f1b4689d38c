import { describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { alice, app, bob, carol, chatRoom, dave, pack } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import type { RoomCall } from "../../kernel/effects.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_BATCH_BYTES, MAX_CONTENT_BYTES } from "../../protocol/limits.ts";

const mailboxOf = (userId: UserId) => mailboxRoom(app, userId);

function online(world: World, userId: UserId): SimConnection {
  const connection = world.connect(userId);
  world.send(connection, { type: "sync.sessions", packId: pack("sync"), since: 0 });
  return connection;
}

const seqIds = (connection: SimConnection) => connection.entries().map(({ seqId }) => seqId);
const delivered = (calls: readonly RoomCall[]) =>
  calls.map((call) => (call.type === "deliver" ? call.frame.entries.map(({ seqId }) => seqId) : []));

/** Lets the oldest flight from or to a mailbox get lost. */
function lose(world: World, userId: UserId): void {
  const index = world.flights.findIndex((flight) => flight.kind === "request" && flight.to === mailboxOf(userId));
  world.land(index, "lost");
}

describe("the fan-out of a session", () => {
  it("S20 delivers every entry to every member in order, with one call per mailbox in flight", () => {
    const world = new World();
    const [a, b] = [online(world, alice), online(world, bob)];
    append(world, alice, [text("1")]);
    append(world, bob, [text("2")]);
    append(world, alice, [text("3")]);
    expect(delivered(world.requestsTo("mailbox/bob"))).toEqual([[1]]);
    world.land(0);
    expect(delivered(world.requestsTo("mailbox/alice"))).toEqual([]);
    world.land(world.flights.findIndex(({ kind }) => kind === "reply"));
    expect(delivered(world.requestsTo("mailbox/alice"))).toEqual([[2, 3]]);
    world.drain();
    expect([seqIds(a), seqIds(b)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(b.entryFrames()).toHaveLength(2);
  });

  it("S20 carries at most 256 KiB in one call", () => {
    const world = new World();
    const bobs = online(world, bob);
    const long = "x".repeat(MAX_CONTENT_BYTES);
    append(world, alice, [text("0")]);
    for (let n = 1; n <= 9; n += 1) append(world, alice, [text(String(n), long)]);
    world.drain();
    expect(seqIds(bobs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { entries } of bobs.entryFrames()) {
      expect(JSON.stringify(entries).length).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    }
  });

  it("S20 reads from the rows what is no longer in memory", () => {
    const world = new World();
    const bobs = online(world, bob);
    const long = "x".repeat(MAX_CONTENT_BYTES);
    for (let n = 1; n <= 40; n += 1) append(world, alice, [text(String(n), long)]);
    world.drain();
    expect(seqIds(bobs)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });

  it("S20 has one call in flight also when a member leaves and comes back meanwhile", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    const bobs = online(world, bob);
    group.change(bob, group.quit("q"));
    group.change(alice, group.join("j", [bob]));
    append(world, alice, [text("m")], group.room);
    expect(delivered(world.requestsTo("mailbox/bob"))).toEqual([[1]]);
    world.drain();
    expect(seqIds(bobs)).toEqual([1, 3, 4]);
  });

  it("S21 delivers to a new member from its join on, and to a removed one up to its notice", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    const [bobs, carols] = [online(world, bob), online(world, carol)];
    append(world, alice, [text("2")], group.room);
    group.change(alice, group.join("j", [carol]));
    append(world, alice, [text("4")], group.room);
    group.change(alice, group.remove("r", [bob]));
    append(world, alice, [text("6")], group.room);
    group.change(carol, group.quit("q"));
    append(world, alice, [text("8")], group.room);
    world.drain();
    expect(seqIds(bobs)).toEqual([1, 2, 3, 4, 5]);
    expect(seqIds(carols)).toEqual([3, 4, 5, 6, 7]);
  });

  it("S21 delivers the farewell also after a crash", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    world.drain();
    const bobs = online(world, bob);
    append(world, alice, [text("2")], group.room);
    group.change(alice, group.remove("r", [bob]));
    world.crash(group.room);
    append(world, alice, [text("4")], group.room);
    world.quiesce();
    expect(seqIds(bobs)).toEqual([2, 3]);
  });

  it("S22 retries a mailbox that fails alone, with backoff, while the others go on", () => {
    const world = new World();
    const [a, b] = [online(world, alice), online(world, bob)];
    const retriesAtMs: number[] = [];
    append(world, alice, [text("1")]);
    for (let round = 0; round < 5; round += 1) {
      const beforeMs = world.nowMs;
      lose(world, bob);
      world.drain();
      const dueMs = world.alarms.get(chatRoom) ?? 0;
      world.nowMs = dueMs;
      world.ring(chatRoom);
      if (world.requestsTo("mailbox/bob").length === 0) {
        world.nowMs = world.alarms.get(chatRoom) ?? 0;
        world.ring(chatRoom);
      }
      retriesAtMs.push(world.nowMs - beforeMs);
    }
    for (const [round, waitedMs] of retriesAtMs.entries()) {
      expect(waitedMs).toBeGreaterThanOrEqual(250 * 2 ** round);
      expect(waitedMs).toBeLessThanOrEqual(500 * 2 ** round);
    }
    append(world, alice, [text("2")]);
    expect(seqIds(a)).toEqual([1]);
    world.drain();
    expect([seqIds(a), seqIds(b)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("S22 keeps the cursor of a failing mailbox on disk, while the common one moves on", () => {
    const world = new World();
    const bobs = online(world, bob);
    append(world, alice, [text("1")]);
    lose(world, bob);
    world.drain();
    for (let n = 2; n <= 5; n += 1) {
      append(world, alice, [text(String(n))]);
      world.drain();
    }
    world.crash(chatRoom);
    world.quiesce();
    expect(seqIds(bobs)).toEqual([1, 2, 3, 4, 5]);
  });

  it("S23 resumes after a crash of everything, from an alarm that the append set", () => {
    const world = new World();
    append(world, alice, [text("1"), text("2")]);
    expect(world.alarms.has(chatRoom)).toBe(true);
    world.crashAll();
    const bobs = online(world, bob);
    world.quiesce();
    expect(seqIds(bobs)).toEqual([1, 2]);
    expect(world.alarms.has(chatRoom)).toBe(false);
  });

  it("S23 delivers again what was delivered but not noted, and mailboxes ignore it", () => {
    const world = new World();
    const bobs = online(world, bob);
    append(world, alice, [text("1")]);
    world.land(world.flights.findIndex((flight) => flight.kind === "request" && flight.to === mailboxOf(bob)));
    world.crash(chatRoom);
    append(world, alice, [text("2")]);
    expect(delivered(world.requestsTo("mailbox/bob"))).toEqual([[1, 2]]);
    world.quiesce();
    expect(seqIds(bobs)).toEqual([1, 2]);
  });

  it("S23 has no alarm left when everything is delivered", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol, dave]);
    append(world, alice, [text("m")], group.room);
    world.quiesce();
    expect([...world.alarms.keys()].filter((room) => room.includes("session"))).toEqual([]);
  });

  it("S24 writes at most 3 rows for a message, the fan-out included", () => {
    const world = new World();
    append(world, alice, [text("1")]);
    world.drain();
    const before = world.storage.rowsWritten;
    append(world, alice, [text("2")]);
    expect(world.storage.rowsWritten - before).toBeLessThanOrEqual(3);
    world.drain();
    const HOT_ROWS = 2;
    expect(world.storage.rowsWritten - before).toBeLessThanOrEqual(3 + HOT_ROWS);
  });

  it("S24 starts after a restart at the cursor that the last entry carries", () => {
    const world = new World();
    for (let n = 1; n <= 5; n += 1) {
      append(world, alice, [text(String(n))]);
      world.drain();
    }
    world.crash(chatRoom);
    world.ring(chatRoom);
    expect(delivered(world.requestsTo("mailbox/bob"))).toEqual([[5]]);
  });
});
