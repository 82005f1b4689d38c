import { describe, expect, it } from "vitest";
import { append, SimGroup, text, wholeLog } from "../../../test/sim/asks.ts";
import { dataOf, freshPack, mailboxOf, online, read, say } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, chat, chatRoom, dave, pack } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { MAX_PENDING_REQUESTS } from "../../protocol/limits.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

const codes = (connection: SimConnection, packIds: readonly string[]) =>
  packIds.map((packId) => connection.acks(packId).map(({ code }) => code));
const contents = (world: World) => wholeLog(world).map((entry) => entry.kind === "message" && entry.content);

describe("a request", () => {
  it("M30 gets one response when it succeeds and when it is refused", () => {
    const world = new World();
    const alices = online(world, alice);
    const packs = [say(world, alices, "hello"), say(world, alices, ""), read(world, alices, 1)];
    world.drain();
    expect(codes(alices, packs)).toEqual([[0], [ERRORS.TOO_SHORT.code], [ERRORS.NO_SUCH_MESSAGE.code]]);
  });

  it("M30 gets one response when it is none", () => {
    const world = new World();
    const alices = online(world, alice);
    const before = alices.frames.length;
    world.sendText(alices, "{");
    world.sendText(alices, JSON.stringify([{ type: "what", packId: "a" }, { type: "msg.send" }, 7]));
    const { MALFORMED, UNKNOWN_TYPE, BAD_PARAMETER } = ERRORS;
    expect(alices.frames.slice(before)).toMatchObject([
      { type: "error", code: MALFORMED.code },
      { type: "ack", packId: "a", code: UNKNOWN_TYPE.code },
      { type: "error", code: BAD_PARAMETER.code },
      { type: "error", code: UNKNOWN_TYPE.code },
    ]);
  });

  it("M30 is answered UNAVAILABLE when the room it needs fails, before or after that room's commit", () => {
    const world = new World();
    const alices = online(world, alice);
    const history = freshPack();
    world.send(alices, { type: "history.pull", packId: history, sessionId: chat });
    const sent = say(world, alices, "hello");
    world.land(0, "lost");
    world.land(0);
    world.land(
      world.flights.findIndex(({ from }) => from === mailboxOf(alice)),
      "lost",
    );
    while (world.flights.length > 0) world.land(0);
    const { code } = ERRORS.UNAVAILABLE;
    expect(codes(alices, [history])).toEqual([[code]]);
    world.drain();
    expect(contents(world)).toEqual(codes(alices, [sent])[0]?.[0] === code ? expect.anything() : ["hello"]);
    expect(alices.acks(sent)).toHaveLength(1);
  });

  it("M30 is answered when the instance is dropped: what was under way by its reply, what waited at once", () => {
    const world = new World();
    const alices = online(world, alice);
    const [first, second] = [say(world, alices, "1"), say(world, alices, "2")];
    world.evict(mailboxOf(alice));
    expect(codes(alices, [first, second])).toEqual([[], [ERRORS.UNAVAILABLE.code]]);
    world.drain();
    expect(codes(alices, [first, second])).toEqual([[0], [ERRORS.UNAVAILABLE.code]]);
    expect(contents(world)).toEqual(["1"]);
  });

  it("M30 is answered when the reply to its call cannot be stored", () => {
    const world = new World();
    append(world, alice, [text("1"), text("2"), text("3")]);
    world.drain();
    const bobs = online(world, bob);
    const packId = read(world, bobs, 1);
    world.storage.isFull = true;
    world.drain();
    expect(codes(bobs, [packId])).toEqual([[ERRORS.DATABASE.code]]);
    world.storage.isFull = false;
    const again = read(world, bobs, 1);
    world.drain();
    expect(dataOf(bobs, again)).toEqual({ readSeqId: 1, unread: 2, mentions: 0 });
  });

  it("M31 goes to its session in order, one batch in flight, and what arrives meanwhile is the next batch", () => {
    const world = new World();
    const alices = online(world, alice);
    for (const content of ["1", "2", "3"]) say(world, alices, content);
    const batches = () => world.requestsTo("session/").map((call) => (call.type === "append" ? call.items.length : 0));
    expect(batches()).toEqual([1]);
    world.land(0);
    world.land(world.flights.findIndex(({ from, kind }) => from === mailboxOf(alice) && kind === "reply"));
    expect(batches()).toEqual([2]);
    world.drain();
    expect(contents(world)).toEqual(["1", "2", "3"]);
  });

  it("M31 holds up no other session", () => {
    const world = new World();
    const alices = online(world, alice);
    say(world, alices, "1");
    say(world, alices, "2", singleSessionId(alice, carol));
    expect(world.requestsTo("session/")).toHaveLength(2);
  });

  it("M31 fails what waits behind a failed batch, so that a retry keeps the order", () => {
    const world = new World();
    const alices = online(world, alice);
    const packs = ["1", "2", "3"].map((content) => say(world, alices, content));
    world.land(0, "lost");
    world.drain();
    const { code } = ERRORS.UNAVAILABLE;
    expect(codes(alices, packs)).toEqual([[code], [code], [code]]);
    expect(wholeLog(world)).toEqual([]);
    say(world, alices, "4");
    world.drain();
    expect(contents(world)).toEqual(["4"]);
  });

  it("M31 keeps one batch in flight when an earlier instance's reply arrives", () => {
    const world = new World();
    const alices = online(world, alice);
    say(world, alices, "old");
    world.evict(mailboxOf(alice));
    for (const content of ["1", "2", "3"]) say(world, alices, content);
    expect(world.requestsTo("session/")).toHaveLength(2);
    world.land(0, "lost");
    world.land(1);
    expect(world.requestsTo("session/")).toHaveLength(1);
    say(world, alices, "4");
    expect(world.requestsTo("session/")).toHaveLength(1);
    world.drain();
    expect(contents(world)).toEqual(["1", "2", "3", "4"]);
  });

  it("M32 acts as the connection's user, whatever the payload says", () => {
    const world = new World();
    const [mallory, group] = [online(world, carol), SimGroup.create(world, alice, [bob])];
    const foreign: SessionId[] = [chat, group.sessionId];
    const claim = { from: alice, sender: alice, userId: alice, by: alice };
    const frames = foreign.flatMap((sessionId) => [
      { type: "msg.send", packId: freshPack(), sessionId, contentType: 1, content: "x", ...claim },
      { type: "history.pull", packId: freshPack(), sessionId, ...claim },
      { type: "msg.read", packId: freshPack(), sessionId, seqId: 1, ...claim },
    ]);
    const changes = [group.dismiss("a"), group.transfer("b", carol), group.join("c", [carol]), group.members()];
    world.sendText(mallory, JSON.stringify([...frames, ...changes.map((change) => ({ ...change, ...claim }))]));
    world.drain();
    const answers = mallory.acks().slice(1);
    expect(answers).toHaveLength(frames.length + changes.length);
    expect(answers.filter(({ code }) => code === 0)).toEqual([]);
    expect([wholeLog(world).length, group.log().length]).toEqual([0, 1]);
  });

  it("M32 sends as itself into its own sessions", () => {
    const world = new World();
    const carols = online(world, carol);
    const sessionId = singleSessionId(carol, dave);
    const frame = { type: "msg.send", packId: pack("p"), sessionId, contentType: 1, content: "x", from: alice };
    world.sendText(carols, JSON.stringify(frame));
    world.drain();
    expect(wholeLog(world, sessionRoom(app, sessionId))).toMatchObject([{ from: carol }]);
    expect(world.rooms).not.toContain(chatRoom);
  });

  it("M33 is RATE_LIMITED beyond the burst, and allowed again after the pause it is told", () => {
    const world = new World({ policy: { requestsPerSecond: 10, requestBurst: 5 } });
    const alices = world.connect(alice);
    const packs = Array.from({ length: 7 }, () => read(world, alices, 1));
    const { NO_SUCH_MESSAGE, RATE_LIMITED } = ERRORS;
    expect(codes(alices, packs).flat()).toEqual([
      ...Array.from({ length: 5 }, () => NO_SUCH_MESSAGE.code),
      RATE_LIMITED.code,
      RATE_LIMITED.code,
    ]);
    const retryAfterMs = alices.acks().at(-1)?.retryAfterMs ?? 0;
    expect(retryAfterMs).toBeGreaterThanOrEqual(100);
    world.nowMs += retryAfterMs - 1;
    expect(codes(alices, [read(world, alices, 1)])).toEqual([[RATE_LIMITED.code]]);
    world.nowMs += 1;
    expect(codes(alices, [read(world, alices, 1)])).toEqual([[NO_SUCH_MESSAGE.code]]);
  });

  it("M33 pauses for 2 s after 256 refusals in a row", () => {
    const world = new World({ policy: { requestsPerSecond: 10, requestBurst: 1 } });
    const alices = world.connect(alice);
    for (let n = 0; n < 1 + 256; n += 1) read(world, alices, 1);
    world.nowMs += 1_999;
    expect(codes(alices, [read(world, alices, 1)])).toEqual([[ERRORS.RATE_LIMITED.code]]);
    world.nowMs += 1;
    expect(codes(alices, [read(world, alices, 1)])).toEqual([[ERRORS.NO_SUCH_MESSAGE.code]]);
  });

  it("M33 closes with FLOOD after 1 000 refusals in a row, and answers nothing more", () => {
    const world = new World({ policy: { requestsPerSecond: 1, requestBurst: 1 } });
    const alices = world.connect(alice);
    for (let n = 0; n < 1 + 999; n += 1) read(world, alices, 1);
    expect(alices.isOpen).toBe(true);
    world.sendText(alices, JSON.stringify(Array.from({ length: 5_000 }, () => 7)));
    expect(alices.closedWith).toBe(CLOSE.FLOOD);
    expect(alices.offered).toBe(1_001);
  });

  it("M34 is TOO_MANY_PENDING beyond 1 024 unanswered ones of a connection, until some are answered", () => {
    const world = new World();
    const [alices, phone] = [online(world, alice), online(world, alice, { deviceType: "ios" })];
    const packs = Array.from({ length: MAX_PENDING_REQUESTS }, (_, n) => say(world, alices, String(n)));
    const { code } = ERRORS.TOO_MANY_PENDING;
    expect(codes(alices, [say(world, alices, "too many")])).toEqual([[code]]);
    expect(phone.acks(say(world, phone, "another device"))).toEqual([]);
    world.drain();
    expect(codes(alices, packs).flat()).toEqual(packs.map(() => 0));
    const next = say(world, alices, "next");
    world.drain();
    expect(codes(alices, [next])).toEqual([[0]]);
  });
});
