import { beforeEach, describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { dataOf, freshPack, mailboxOf, online, read, say, syncPage } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chat } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { ask, chunk, open } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { Cursor } from "../../protocol/frames/message.ts";

let world: World;
let bobs: SimConnection;
beforeEach(() => {
  world = new World();
  bobs = online(world, bob);
  append(
    world,
    alice,
    [1, 2, 3, 4, 5].map((n) => text(`m${n}`)),
  );
  world.quiesce();
});

function received(seqId: number, connection = bobs): string {
  const packId = freshPack();
  world.send(connection, { type: "msg.received", packId, sessionId: chat, seqId });
  return packId;
}

function bobsCursor(): [number, number] | undefined {
  const { cursors } = ask<{ cursors: Cursor[] }>(world, alice, { type: "msg.cursors" });
  const cursor = cursors.find(({ userId }) => userId === bob);
  return cursor && [cursor.receivedSeqId, cursor.readSeqId];
}

const reports = () => world.requestsTo("/session/").filter(({ type }) => type === "cursors");

describe("receipts", () => {
  it("M50 move the received cursor forward only, never beyond the end, and reading implies receiving", () => {
    expect(dataOf(bobs, received(3))).toEqual({});
    dataOf(bobs, received(2));
    world.drain();
    expect(bobsCursor()).toEqual([3, 0]);
    dataOf(bobs, received(99));
    read(world, bobs, 4);
    world.drain();
    expect(bobsCursor()).toEqual([5, 4]);
    const { version } = syncPage(world, bobs);
    received(5);
    expect(syncPage(world, bobs).version).toBe(version);
    const packId = freshPack();
    world.send(bobs, {
      type: "msg.received",
      packId,
      sessionId: SimGroup.create(world, alice, []).sessionId,
      seqId: 1,
    });
    expect(bobs.acks(packId)[0]?.code).toBe(ERRORS.NO_SUCH_MESSAGE.code);
  });

  it("M51 are reported as the newest state, one call per session in flight", () => {
    for (const seqId of [1, 2, 3, 4]) received(seqId);
    expect(reports()).toHaveLength(1);
    world.drain();
    expect(bobsCursor()).toEqual([4, 0]);
    expect(reports()).toEqual([]);
  });

  it("M52 are repeated when a call fails, and when an instance did not see the answer", () => {
    read(world, bobs, 5);
    const index = world.flights.findIndex((flight) => flight.kind === "request" && flight.call.type === "cursors");
    world.land(index, "lost");
    expect(bobsCursor()).toEqual([0, 0]);
    world.crash(mailboxOf(bob));
    for (let n = 0; n < 5; n += 1) {
      world.nowMs += 400_000;
      world.ringDue();
      world.drain();
    }
    expect(bobsCursor()).toEqual([5, 5]);
  });

  it("M53 are not reported for own messages: the session room sees them itself", () => {
    say(world, bobs, "answer");
    world.land(0);
    expect(reports()).toEqual([]);
    world.drain();
    expect(reports()).toEqual([]);
    expect(bobsCursor()).toEqual([6, 6]);
  });

  it("M60 signals and chunks reach the sender's other devices, typing does not", () => {
    const phone = online(world, bob, { deviceType: "ios" });
    const signal = { type: "msg.signal", packId: freshPack(), sessionId: chat, contentType: 1, content: "x" } as const;
    world.send(bobs, signal, { type: "typing", packId: freshPack(), sessionId: chat, isTyping: true });
    const { seqId } = ask<{ seqId: number }>(world, bob, open("a"));
    world.send(bobs, { ...chunk(seqId, 1, "b"), packId: freshPack(), sessionId: chat });
    world.drain();
    const passing = phone.frames.filter(({ type }) => type !== "ack" && type !== "entry" && type !== "session");
    expect(passing.map(({ type }) => type)).toEqual(["signal", "chunk"]);
    expect(bobs.frames.some(({ type }) => type === "signal" || type === "chunk")).toBe(false);
  });
});
