import { beforeEach, describe, expect, it } from "vitest";
import { append, history, SimGroup, text } from "../../../test/sim/asks.ts";
import { dataOf, freshPack, hotSession, mailboxOf, online, syncPage } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat, chatRoom } from "../../../test/sim/names.ts";
import {
  auditOf,
  codeOf,
  monitor,
  monitored,
  observedList,
  observedSeqIds,
  observer,
  passTimeUntil,
  pulled,
  said,
} from "../../../test/sim/observing.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { HistoryResult } from "../../protocol/frames/message.ts";
import { MAX_OBSERVED } from "../../protocol/limits.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

let world: World;
beforeEach(() => {
  world = new World();
});

const say = (...packs: string[]) => {
  said(world, ...packs);
  world.drain();
};
const events = () => auditOf(world).map(({ event }) => event);
const indexOfCall = (type: string) =>
  world.flights.findIndex((flight) => flight.kind === "request" && flight.call.type === type);

const pull = (connection: SimConnection) => pulled(world, connection);

describe("observing", () => {
  it("M130 needs a token with the scope, for every verb, and shows other devices nothing", () => {
    const plain = online(world, carol, { deviceType: "ios" });
    for (const verb of ["start", "stop"] as const)
      expect(codeOf(plain, monitor(world, plain, verb))).toEqual([ERRORS.ACCESS_DENIED.code]);
    const sync = freshPack();
    world.send(plain, { type: "monitor.sync", packId: sync });
    expect(codeOf(plain, sync)).toEqual([ERRORS.ACCESS_DENIED.code]);
    expect([world.flights, events()]).toEqual([[], []]);
    const desk = observer(world, carol);
    const syncing = world.connect(carol, { deviceType: "macos", scopes: ["observe"] });
    monitored(world, desk, "start");
    say("1");
    expect([plain, desk, syncing].map(observedSeqIds)).toEqual([[], [1], []]);
    expect(codeOf(plain, pull(plain))).toEqual([ERRORS.HISTORY_FORBIDDEN.code]);
    expect(dataOf<HistoryResult>(desk, pull(desk))).toEqual(history(world, { after: 0 }));
  });

  it("M130 holds for a connection after its room was evicted, and not after its token ran out", () => {
    const desk = observer(world, carol, { expiresAtMs: world.nowMs + 60_000 });
    monitored(world, desk, "start");
    world.evict(mailboxOf(carol));
    say("1");
    expect(observedSeqIds(desk)).toEqual([1]);
    world.nowMs += 60_000;
    say("2");
    expect(observedSeqIds(desk)).toEqual([1]);
  });

  it("M131 is answered when the session knows, once, and the same again", () => {
    say("1", "2");
    const [desk, phone] = [observer(world, carol), observer(world, carol, { deviceType: "ios" })];
    const [first, second] = [monitor(world, desk, "start"), monitor(world, phone, "start")];
    expect([desk.acks(first), phone.acks(second)]).toEqual([[], []]);
    world.drain();
    expect([dataOf(desk, first), dataOf(phone, second)]).toEqual([{ seqId: 2 }, { seqId: 2 }]);
    say("3");
    expect(monitored(world, phone, "start")).toBe(2);
    expect([desk, phone].map(observedSeqIds)).toEqual([[3], [3]]);
    expect(events()).toEqual(["started"]);
  });

  it("M131 gets UNAVAILABLE while the session cannot be reached, and begins all the same", () => {
    const desk = observer(world, carol);
    const packId = monitor(world, desk, "start");
    world.land(indexOfCall("observe"), "lost");
    world.drain();
    expect(codeOf(desk, packId)).toEqual([ERRORS.UNAVAILABLE.code]);
    expect(observedList(world, desk)).toEqual([]);
    const again = monitor(world, desk, "start");
    passTimeUntil(world, () => desk.acks(again).length === 1);
    expect(dataOf(desk, again)).toEqual({ seqId: 0 });
    expect(events()).toEqual(["started"]);
  });

  it("M131 begins once when the answer is lost, also if entries come before it", () => {
    const desk = observer(world, carol);
    monitor(world, desk, "start");
    world.land(indexOfCall("observe"));
    append(world, alice, [text("1")]);
    world.land(0, "lost");
    world.drain();
    expect(observedSeqIds(desk)).toEqual([1]);
    expect(observedList(world, desk)).toEqual([{ sessionId: chat, sinceSeqId: 0, lastSeqId: 1 }]);
    say("2");
    passTimeUntil(world, () => !world.alarms.has(chatRoom));
    expect(monitored(world, desk, "start")).toBe(0);
    expect([observedSeqIds(desk), events()]).toEqual([[1, 2], ["started"]]);
  });

  it("M131 leaves nothing of what the session refuses", () => {
    const group = new SimGroup(world, alice, "never-made");
    const desk = observer(world, carol);
    const packId = monitor(world, desk, "start", group.sessionId);
    world.drain();
    expect(codeOf(desk, packId)).toEqual([ERRORS.NO_SUCH_GROUP.code]);
    expect([observedList(world, desk), monitored(world, desk, "stop", group.sessionId)]).toEqual([[], 0]);
  });

  it("M131 answers what it owes when the instance is dropped", () => {
    const desk = observer(world, carol);
    const packId = monitor(world, desk, "start");
    world.evict(mailboxOf(carol));
    expect(codeOf(desk, packId)).toEqual([ERRORS.UNAVAILABLE.code]);
    world.drain();
    expect(monitored(world, desk, "start")).toBe(0);
  });

  it("M132 shows nothing from the stop on, whatever is still under way", () => {
    const desk = observer(world, carol);
    monitored(world, desk, "start");
    append(world, alice, [text("1")]);
    const packId = monitor(world, desk, "stop");
    world.drain();
    expect(dataOf(desk, packId)).toEqual({ seqId: 1 });
    say("2");
    expect([observedSeqIds(desk), observedList(world, desk)]).toEqual([[], []]);
    expect(monitored(world, desk, "stop")).toBe(0);
  });

  it("M132 brings stops and starts to the session in their order, none left out, also after a crash", () => {
    const desk = observer(world, carol);
    monitored(world, desk, "start");
    monitor(world, desk, "stop");
    const again = monitor(world, desk, "start");
    monitor(world, desk, "stop");
    monitor(world, desk, "start");
    world.crashAll();
    say("1");
    expect(desk.acks(again)).toEqual([]);
    passTimeUntil(world, () => events().length === 5);
    expect(events()).toEqual(["started", "stopped", "started", "stopped", "started"]);
    const next = observer(world, carol);
    expect(observedList(world, next)).toEqual([{ sessionId: chat, sinceSeqId: 1, lastSeqId: 1 }]);
    say("2");
    expect(observedSeqIds(next)).toEqual([2]);
  });

  it("M133 costs one row for a delivery and is in no list; what comes again is not shown again", () => {
    const desk = observer(world, carol);
    monitored(world, desk, "start");
    append(world, alice, [text("0"), { ...text("1"), priority: "high" }]);
    const call = world.requestsTo(mailboxOf(carol))[0];
    if (call?.type !== "observed") throw new Error("not delivered");
    const before = world.storage.rowsWritten;
    world.call(mailboxOf(carol), call);
    expect(world.storage.rowsWritten - before).toBe(1);
    world.call(mailboxOf(carol), call);
    expect(world.storage.rowsWritten - before).toBe(1);
    world.drain();
    expect(observedSeqIds(desk)).toEqual([1, 2]);
    expect(hotSession(world, carol)).toBeUndefined();
    expect(syncPage(world, desk)).toMatchObject({ sessions: [], priority: 0 });
    world.storage.isFull = true;
    const fresh = { ...call, frame: { ...call.frame, entries: [{ ...history(world).entries[1], seqId: 3 }] } };
    expect(world.call(mailboxOf(carol), fresh as typeof call)).toMatchObject({ ok: false, error: "DATABASE" }); // SAFETY: a later entry
  });

  it("M134 lists what it reached, so that a device that was away pulls the rest", () => {
    say("1");
    const desk = observer(world, carol);
    monitored(world, desk, "start");
    say("2");
    world.disconnect(desk);
    say("3", "4");
    const next = observer(world, carol);
    expect(observedList(world, next)).toEqual([{ sessionId: chat, sinceSeqId: 1, lastSeqId: 4 }]);
    expect(dataOf<HistoryResult>(next, pull(next)).entries.map(({ seqId }) => seqId)).toEqual([1, 2, 3, 4]);
    say("5");
    expect(observedSeqIds(next)).toEqual([5]);
  });

  it("M137 is over with the notice that the group was dismissed", () => {
    const group = SimGroup.create(world, alice, [bob]);
    const desk = observer(world, carol);
    monitored(world, desk, "start", group.sessionId);
    group.change(alice, group.dismiss("d"));
    world.drain();
    expect([observedSeqIds(desk), observedList(world, desk)]).toEqual([[2], []]);
    const packId = monitor(world, desk, "start", group.sessionId);
    world.drain();
    expect(codeOf(desk, packId)).toEqual([ERRORS.NO_SUCH_GROUP.code]);
  });

  it("M138 has at most 200 sessions, until one of them is stopped", () => {
    const desk = observer(world, carol);
    const nth = (n: number) => singleSessionId(alice, `x${n}` as typeof bob); // SAFETY: a valid id
    for (let n = 1; n <= MAX_OBSERVED; n += 1) monitor(world, desk, "start", nth(n));
    world.drain();
    expect(observedList(world, desk)).toHaveLength(MAX_OBSERVED);
    expect(codeOf(desk, monitor(world, desk, "start"))).toEqual([ERRORS.LIMIT_REACHED.code]);
    monitored(world, desk, "stop", nth(7));
    expect(monitored(world, desk, "start")).toBe(0);
  });

  it("M139 tells a session that believes in an observation to end it", () => {
    world.call(chatRoom, { type: "observe", userId: carol, version: 7, event: "started" });
    const desk = observer(world, carol);
    say("1");
    expect([observedSeqIds(desk), observedList(world, desk)]).toEqual([[], []]);
    passTimeUntil(world, () => events().length === 2);
    expect(events()).toEqual(["started", "stopped"]);
    say("2");
    expect(world.requestsTo(mailboxOf(carol))).toEqual([]);
  });
});
