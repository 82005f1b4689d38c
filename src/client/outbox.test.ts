import { beforeEach, describe, expect, it } from "vitest";
import { type Ending, endingOf, FakeWire } from "../../test/support/fake-wire.ts";
import { Outbox } from "./outbox.ts";

let wire: FakeWire;
let outbox: Outbox;
beforeEach(() => {
  wire = new FakeWire();
  outbox = new Outbox(wire.environment, wire.exchanges);
  wire.exchanges.online();
});

function send(packId: string, sessionId = "S", content: string | Record<string, unknown> = "hi"): Ending {
  return endingOf(outbox.send({ sessionId, contentType: 1, content, packId }));
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `m${from + n}`);
const sendAll = (packIds: readonly string[], sessionId?: string) => packIds.map((packId) => send(packId, sessionId));
const nows = (endings: readonly Ending[]) => endings.map(({ now }) => now);

describe("an outbox", () => {
  it("writes a message at once and gives its result", async () => {
    const ending = send("m1");
    expect(await wire.taken()).toEqual([
      [{ type: "msg.send", packId: "m1", sessionId: "S", contentType: 1, content: "hi" }],
    ]);
    expect(ending.now).toBe("pending");
    wire.ok("m1", { seqId: 7 });
    await wire.taken();
    expect(ending.now).toEqual({ value: { seqId: 7 } });
    expect(await wire.taken()).toEqual([]);
  });

  it("sends what was said together together, at most 64, and the next when all of it is answered", async () => {
    const endings = sendAll(range(1, 130));
    expect(await wire.takenPacks()).toEqual([range(1, 64)]);
    for (const packId of range(2, 64).reverse()) wire.ok(packId);
    expect(await wire.takenPacks()).toEqual([]);
    expect(endings[1]?.now).toBe("pending");
    wire.ok("m1");
    expect(await wire.takenPacks()).toEqual([range(65, 128)]);
    for (const packId of range(65, 128)) wire.ok(packId);
    expect(await wire.takenPacks()).toEqual([["m129", "m130"]]);
    expect(endings.filter(({ now }) => now !== "pending")).toHaveLength(128);
  });

  it("ends a batch at 262144 characters, but takes at least one message", async () => {
    for (const packId of range(1, 6)) send(packId, "S", "x".repeat(60_000));
    expect(await wire.takenPacks()).toEqual([range(1, 4)]);
    for (const packId of range(1, 4)) wire.ok(packId);
    expect(await wire.takenPacks()).toEqual([["m5", "m6"]]);
  });

  it("lets sessions go beside each other, in one message", async () => {
    sendAll(["a1", "a2"], "A");
    sendAll(["b1"], "B");
    expect(await wire.takenPacks()).toEqual([["a1", "a2", "b1"]]);
    send("a3", "A");
    send("b2", "B");
    wire.ok("b1");
    expect(await wire.takenPacks()).toEqual([["b2"]]);
  });

  it("keeps what is said offline, and sends it in order when online", async () => {
    wire.exchanges.offline();
    sendAll(range(1, 3));
    expect(await wire.taken()).toEqual([]);
    send("m4");
    wire.exchanges.online();
    expect(await wire.takenPacks()).toEqual([range(1, 3)]);
    for (const packId of range(1, 3)) wire.ok(packId);
    expect(await wire.takenPacks()).toEqual([["m4"]]);
  });
});

describe("after a reconnect an outbox", () => {
  it("sends an unanswered batch again, the same, before what was said meanwhile", async () => {
    sendAll(range(1, 3));
    const first = await wire.taken();
    wire.exchanges.offline();
    send("m4");
    wire.exchanges.online();
    expect(await wire.taken()).toEqual(first);
  });

  it("sends what failed together with what was not answered, in the first order, and not what succeeded", async () => {
    const endings = sendAll(range(1, 5));
    await wire.taken();
    wire.fail("m4", "UNAVAILABLE");
    wire.ok("m2");
    wire.fail("m5", "REFUSED");
    wire.exchanges.offline();
    wire.exchanges.online();
    expect(await wire.takenPacks()).toEqual([["m1", "m3", "m4"]]);
    for (const packId of ["m4", "m3", "m1"]) wire.ok(packId, { packId });
    await wire.taken();
    expect(nows(endings)).toEqual([
      { value: { packId: "m1" } },
      { value: {} },
      { value: { packId: "m3" } },
      { value: { packId: "m4" } },
      { error: "REFUSED" },
    ]);
  });
});

describe("after an error an outbox", () => {
  it.each(["TOO_LONG", "NOT_IN_GROUP", "SERVER_EXCEPTION", "TOKEN_EXPIRED"] as const)(
    "rejects with a definite %s, only what it is about",
    async (name) => {
      const endings = sendAll(range(1, 3));
      await wire.taken();
      wire.ok("m1");
      wire.fail("m2", name);
      wire.ok("m3");
      await wire.environment.pass(60_000);
      expect(nows(endings)).toEqual([{ value: {} }, { error: name }, { value: {} }]);
      expect(await wire.taken()).toEqual([]);
    },
  );

  it("tries again what may pass, in order, before what waits, with a doubling backoff", async () => {
    const ending = send("m1");
    send("m2");
    await wire.taken();
    send("m3");
    const tries = [range(1, 3)];
    for (const fullMs of [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      wire.fail("m2", "UNAVAILABLE");
      wire.fail("m1", "UNAVAILABLE");
      await wire.environment.pass(fullMs / 2 - 1);
      expect(await wire.taken()).toEqual([]);
      await wire.environment.pass(fullMs / 2 + 1);
      expect(await wire.takenPacks()).toEqual([tries.shift() ?? range(1, 2)]);
      wire.ok("m3");
    }
    expect(ending.now).toBe("pending");
    wire.ok("m1");
    wire.ok("m2");
    send("m4");
    await wire.taken();
    wire.fail("m4", "DATABASE");
    await wire.environment.pass(250);
    expect(await wire.takenPacks()).toEqual([["m4"]]);
  });

  it("waits as long as the server says", async () => {
    send("m1");
    await wire.taken();
    wire.fail("m1", "RATE_LIMITED", 7_000);
    await wire.environment.pass(6_999);
    expect(await wire.taken()).toEqual([]);
    await wire.environment.pass(1);
    expect(await wire.takenPacks()).toEqual([["m1"]]);
  });

  it("holds back the session only that it is about", async () => {
    send("a1", "A");
    await wire.taken();
    wire.fail("a1", "UNAVAILABLE");
    send("a2", "A");
    send("b1", "B");
    expect(await wire.takenPacks()).toEqual([["b1"]]);
  });

  it("goes on after a code that it does not know, which is no reason to retry", async () => {
    const ending = send("m1");
    await wire.taken();
    wire.unknownCode("m1", 999);
    await wire.environment.pass(60_000);
    expect(ending.now).toEqual({ error: "SERVER_EXCEPTION" });
    send("m2");
    expect(await wire.takenPacks()).toEqual([["m2"]]);
  });
});
