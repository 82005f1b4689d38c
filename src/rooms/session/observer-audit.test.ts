import { beforeEach, describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text } from "../../../test/sim/asks.ts";
import { alice, app, bob, carol, chatRoom, dave, user } from "../../../test/sim/names.ts";
import {
  auditOf,
  historyFor,
  loseObserved,
  monitored,
  observedEntries,
  observer,
  said,
  told,
} from "../../../test/sim/observing.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { SessionId, type UserId } from "../../protocol/ids.ts";
import { MAX_OBSERVERS } from "../../protocol/limits.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

let world: World;
beforeEach(() => {
  world = new World();
});

const say = (...packs: string[]) => said(world, ...packs);
const historyOf = (userId: UserId, observes?: true, room = chatRoom) => historyFor(world, { userId, observes, room });
const loseDelivery = () => loseObserved(world);

describe("an observer, bounded and audited,", () => {
  it("S94 is one of at most 50, until another one stops", () => {
    for (let n = 1; n <= MAX_OBSERVERS; n += 1) unwrap(world.call(chatRoom, told(1, "started", user(`o${n}`))));
    expect(errorOf(world.call(chatRoom, told(1)))).toBe("LIMIT_REACHED");
    expect(auditOf(world)).toHaveLength(MAX_OBSERVERS);
    unwrap(world.call(chatRoom, told(2, "stopped", user("o7"))));
    unwrap(world.call(chatRoom, told(1)));
    expect(errorOf(world.call(chatRoom, told(1, "started", dave)))).toBe("LIMIT_REACHED");
  });

  it("S94 needs a session that exists", () => {
    const group = new SimGroup(world, alice, "never-made");
    expect(errorOf(world.call(group.room, told(1)))).toBe("NO_SUCH_GROUP");
    const wrongWayRound = sessionRoom(app, SessionId.parse("SC_bob_alice"));
    expect(errorOf(world.call(wrongWayRound, told(1)))).toBe("ACCESS_DENIED");
    expect([auditOf(world, group.room), auditOf(world, wrongWayRound)]).toEqual([[], []]);
  });

  it("S95 gets the notice that the group is dismissed, and is none any more", () => {
    const group = SimGroup.create(world, alice, [bob]);
    const carols = observer(world, carol);
    monitored(world, carols, "start", group.sessionId);
    append(world, alice, [text("m")], group.room);
    loseDelivery();
    group.change(alice, group.dismiss("d"));
    world.crash(group.room);
    world.quiesce();
    expect(observedEntries(carols).map(({ kind }) => kind)).toEqual(["message", "notice"]);
    expect(errorOf(historyOf(carol, true, group.room))).toBe("NO_SUCH_GROUP");
    expect(auditOf(world, group.room)).toMatchObject([
      { userId: carol, event: "started", seqId: 1 },
      { userId: carol, event: "dismissed", seqId: 3, by: alice },
    ]);
  });

  it("S96 leaves a record of each beginning and each end: who, when, from where", () => {
    const began = world.nowMs;
    const carols = observer(world, carol, { deviceId: "desk-1", tokenId: "t-1" });
    monitored(world, carols, "start");
    monitored(world, carols, "start");
    world.nowMs += 5_000;
    say("1");
    monitored(world, carols, "stop");
    monitored(world, carols, "stop");
    world.crashAll();
    const device = { deviceId: "desk-1", deviceType: "web", tokenId: "t-1" };
    expect(auditOf(world)).toEqual([
      { id: 1, at: began, userId: carol, event: "started", seqId: 0, device },
      { id: 2, at: began + 5_000, userId: carol, event: "stopped", seqId: 1, device },
    ]);
  });

  it("S96 is written with the observation or not at all, and read by servers, in pages", () => {
    unwrap(world.call(chatRoom, told(1)));
    world.storage.isFull = true;
    expect(errorOf(world.call(chatRoom, told(2, "stopped")))).toBe("DATABASE");
    world.storage.isFull = false;
    expect(unwrap(historyOf(carol, true))).toMatchObject({ more: false });
    for (let version = 2; version <= 6; version += 1)
      unwrap(world.call(chatRoom, told(version, version % 2 === 0 ? "stopped" : "started")));
    const audit = (after: number, by: "server" | "user") =>
      world.call(chatRoom, {
        type: "observerAudit",
        by: by === "server" ? { kind: "server" } : { kind: "user", userId: carol, observes: true },
        after,
        limit: 4,
      });
    expect(unwrap(audit(0, "server"))).toMatchObject({
      records: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }],
      more: true,
    });
    expect(unwrap(audit(4, "server"))).toMatchObject({ records: [{ id: 5 }, { id: 6 }], more: false });
    expect(errorOf(audit(0, "user"))).toBe("ACCESS_DENIED");
  });
});
