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
