import { beforeEach, describe, expect, it } from "vitest";
import { type Ending, endingOf, FakeWire } from "../../test/support/fake-wire.ts";
import { MAX_CONTENT_BYTES } from "../protocol/limits.ts";
import { MAX_OUTBOX_MESSAGES, Outbox } from "./outbox.ts";

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

describe("the bounds of an outbox", () => {
  it("are its messages: one more is refused, until one is answered", async () => {
    wire.exchanges.offline();
    for (let n = 1; n <= MAX_OUTBOX_MESSAGES; n += 1) send(`m${n}`, `S${n % 400}`);
    const tooMany = send("one more");
    await wire.taken();
    expect(tooMany.now).toEqual({ error: "TOO_MANY_PENDING" });
    wire.exchanges.online();
    await wire.taken();
    for (let n = 1; n <= 400; n += 1) wire.ok(`m${n}`);
    for (let n = 401; n <= MAX_OUTBOX_MESSAGES; n += 1) wire.ok(`m${n}`);
    const next = send("m10001");
    await wire.taken();
    expect(next.now).toBe("pending");
  });

  it("are those of content, which is not sent at all", async () => {
    const endings = [
      send("m1", "S", ""),
      send("m2", "S", "x".repeat(MAX_CONTENT_BYTES + 1)),
      send("m3", "S", "€".repeat(MAX_CONTENT_BYTES / 2)),
      send("m4", "S", { text: "x".repeat(MAX_CONTENT_BYTES) }),
    ];
    expect(await wire.taken()).toEqual([]);
    expect(nows(endings)).toEqual(["TOO_SHORT", "TOO_LONG", "TOO_LONG", "TOO_LONG"].map((error) => ({ error })));
  });
});

describe("an outbox with a packId that waits already", () => {
  it("answers both in the same session with the one result", async () => {
    const endings = [send("m1"), send("m1"), send("m2")];
    expect(await wire.takenPacks()).toEqual([["m1", "m2"]]);
    const late = send("m1");
    wire.ok("m1", { seqId: 1 });
    wire.ok("m2", { seqId: 2 });
    await wire.taken();
    expect(nows([...endings, late])).toEqual([1, 1, 2, 1].map((seqId) => ({ value: { seqId } })));
    expect(await wire.taken()).toEqual([]);
    send("m1");
    expect(await wire.takenPacks()).toEqual([["m1"]]);
  });

  it("refuses it in another session, for an ack names only the packId", async () => {
    const endings = [send("m1", "A"), send("m1", "B")];
    await wire.taken();
    wire.ok("m1");
    await wire.taken();
    expect(nows(endings)).toEqual([{ value: {} }, { error: "BAD_PARAMETER" }]);
  });
});

describe("a closed outbox", () => {
  it("rejects what is in flight, what waits and what is said later, but not what was acked", async () => {
    const endings = sendAll(range(1, 65));
    await wire.taken();
    wire.ok("m1");
    wire.close();
    endings.push(send("m66"));
    await wire.taken();
    const closed = { error: "CLOSED" };
    expect(nows(endings)).toEqual([{ value: {} }, ...range(2, 66).map(() => closed)]);
    expect(wire.environment.timers).toBe(0);
  });

  it("rejects what waits for its next try, now", async () => {
    const endings = sendAll(["m1", "m2"]);
    await wire.taken();
    wire.fail("m1", "RATE_LIMITED", 600_000);
    wire.ok("m2");
    endings.push(send("m3"));
    await wire.taken();
    wire.close();
    await wire.taken();
    expect(nows(endings)).toEqual([{ error: "CLOSED" }, { value: {} }, { error: "CLOSED" }]);
    expect(wire.environment.timers).toBe(0);
  });
});
