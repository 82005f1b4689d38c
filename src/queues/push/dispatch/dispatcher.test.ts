import { beforeEach, describe, expect, it } from "vitest";
import { aDevice, aJob, DispatchBench, EXPIRES_AT_MS } from "../../../../test/support/dispatch.ts";
import type { PushOutcome } from "../provider.ts";

let bench: DispatchBench;
beforeEach(() => {
  bench = new DispatchBench();
});

const phone = aDevice("fcm", "phone");
const tablet = aDevice("huawei", "tablet");
const SENT = (tokenId: string) => ({ kind: "sent", providerMessageId: `id-${tokenId}` });

describe("each outcome of a provider", () => {
  beforeEach(() => {
    bench.mailboxes.hasPush("bob", [phone]);
  });

  it.each<PushOutcome>([
    { kind: "sent", providerMessageId: "1" },
    { kind: "dropToken", reason: "UNREGISTERED", invalidSinceMs: 5 },
    { kind: "giveUp", reason: "INVALID_ARGUMENT" },
  ])("that is final goes to the mailbox, and the job is done: $kind", async (outcome) => {
    bench.fcm.script.set("phone", [outcome]);
    expect(await bench.verdict()).toEqual({ kind: "done" });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({ phone: outcome });
    expect(bench.ports.counts).toEqual({ [`fcm ${outcome.kind}`]: 1 });
  });

  it("`retry` comes again, later with every time, and goes into the push log", async () => {
    const outcome: PushOutcome = { kind: "retry", reason: "UNAVAILABLE" };
    bench.fcm.script.set("phone", [outcome]);
    expect(await bench.verdict("bob", 1)).toEqual({ kind: "retry", afterMs: 500 });
    expect(await bench.verdict("bob", 4)).toEqual({ kind: "retry", afterMs: 4_000 });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({ phone: outcome });
  });

  it("`retry` comes again not before the provider wants it, nor all at the same time", async () => {
    bench.fcm.script.set("phone", [{ kind: "retry", reason: "QUOTA_EXCEEDED", afterMs: 40_000 }]);
    expect(await bench.verdict()).toEqual({ kind: "retry", afterMs: 40_000 });
    bench.ports.random = () => 0.99;
    expect(await bench.verdict()).toEqual({ kind: "retry", afterMs: 49_900 });
  });

  it("`retry` is given up when the message would be too old by then", async () => {
    bench.fcm.script.set("phone", [{ kind: "retry", reason: "UNAVAILABLE", afterMs: 10_000 }]);
    bench.ports.nowMs = EXPIRES_AT_MS - 9_000;
    expect(await bench.verdict()).toEqual({ kind: "done" });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({ phone: { kind: "giveUp", reason: "expired" } });
  });

  it("`refreshCredential` is asked again at once", async () => {
    bench.fcm.script.set("phone", [{ kind: "refreshCredential", reason: "401" }, { kind: "sent" }]);
    expect(await bench.verdict()).toEqual({ kind: "done" });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({ phone: { kind: "sent" } });
    expect(bench.fcm.batches).toHaveLength(2);
  });

  it("`refreshCredential` twice in a row is a fault of the configuration", async () => {
    bench.fcm.script.set("phone", [{ kind: "refreshCredential", reason: "401" }]);
    expect(await bench.verdict()).toMatchObject({ kind: "retry" });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({ phone: { kind: "configError", reason: "401" } });
    expect(bench.fcm.batches).toHaveLength(2);
  });

  it("`configError` holds everybody up who would fail alike, and is told once", async () => {
    bench.fcm.script.set("phone", [{ kind: "configError", reason: "InvalidProviderToken" }]);
    bench.mailboxes.hasPush("carol", [aDevice("fcm", "other")]).hasPush("dave", [tablet]);
    expect(await bench.verdict("bob")).toMatchObject({ kind: "retry" });
    expect(await bench.verdict("carol")).toEqual({ kind: "retry", afterMs: 2_500 });
    expect(await bench.verdict("dave")).toEqual({ kind: "done" });
    expect(bench.fcm.batches).toHaveLength(1);
    bench.ports.nowMs += 60_000;
    await bench.verdict("bob");
    expect(bench.ports.faults).toEqual(["Error: push by fcm: InvalidProviderToken"]);
  });

  it("`configError` makes the job a dead letter after a few minutes, also of those who were held up", async () => {
    bench.fcm.script.set("phone", [{ kind: "configError", reason: "InvalidProviderToken" }]);
    bench.mailboxes.hasPush("carol", [aDevice("fcm", "other")]);
    const dead = { kind: "dead", reason: "the configuration of push: InvalidProviderToken" };
    expect(await bench.verdict("bob", 6)).toEqual(dead);
    expect(await bench.verdict("carol", 6)).toEqual(dead);
    expect(bench.mailboxes.outcomesOf("carol")).toEqual({});
  });

  it("`configError` of one device keeps none from another", async () => {
    bench.fcm.script.set("phone", [{ kind: "configError", reason: "InvalidProviderToken" }]);
    bench.mailboxes.hasPush("bob", [phone, tablet]);
    expect(await bench.verdict("bob", 6)).toMatchObject({ kind: "dead" });
    expect(bench.mailboxes.outcomesOf("bob")).toMatchObject({ tablet: SENT("tablet"), phone: { kind: "configError" } });
  });

  it("is not needed where nothing is set up for a device: it is given up at once", async () => {
    bench.mailboxes.hasPush("bob", [aDevice("fcm", "stranger", { packageName: "com.unknown" }), phone]);
    expect(await bench.verdict()).toEqual({ kind: "done" });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({
      stranger: { kind: "giveUp", reason: "unknown-package" },
      phone: SENT("phone"),
    });
  });

  it("that is none, because a provider threw, loses no message", async () => {
    bench.fcm.fault = new Error("broken");
    expect(await bench.verdict()).toEqual({ kind: "retry", afterMs: 500 });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({ phone: { kind: "retry", reason: "fault" } });
    expect(bench.ports.faults).toEqual(["Error: broken"]);
  });
});

describe("a provider that is down", () => {
  it("is left alone after five requests, and asked by one until it is back", async () => {
    bench = new DispatchBench({ concurrency: 1 });
    const users = ["u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"];
    for (const user of users) {
      bench.mailboxes.hasPush(user, [aDevice("fcm", user)]);
      bench.fcm.script.set(user, [{ kind: "retry", reason: "http:timeout" }]);
    }
    const verdicts = await bench.consume(...users.map((user) => aJob(user)));
    expect(verdicts.map(({ kind }) => kind)).toEqual(users.map(() => "retry"));
    expect(bench.fcm.batches).toHaveLength(5);
    expect(bench.mailboxes.outcomesOf("u6")).toEqual({});
    bench.ports.nowMs += 5_000;
    await bench.consume(...users.map((user) => aJob(user, 2)));
    expect(bench.fcm.batches).toHaveLength(6);
    bench.ports.nowMs += 60_000;
    bench.fcm.script.clear();
    expect(await bench.consume(...users.map((user) => aJob(user, 3)))).toEqual(users.map(() => ({ kind: "done" })));
    for (const user of users) expect(bench.mailboxes.outcomesOf(user)).toEqual({ [user]: SENT(user) });
  });

  it("holds up nobody else's devices", async () => {
    bench.mailboxes.hasPush("bob", [phone, tablet]);
    bench.fcm.script.set("phone", [{ kind: "retry", reason: "http:timeout" }]);
    expect(await bench.verdict()).toMatchObject({ kind: "retry" });
    expect(bench.mailboxes.outcomesOf("bob")).toMatchObject({ phone: { kind: "retry" }, tablet: SENT("tablet") });
  });
});

describe("jobs", () => {
  it("of which nothing is left are done, and nobody is asked", async () => {
    bench.mailboxes.has("bob", { kind: "nothing" }).hasPush("carol", []);
    expect(await bench.consume(aJob("bob"), aJob("carol"))).toEqual([{ kind: "done" }, { kind: "done" }]);
    expect([bench.fcm.batches, bench.mailboxes.settled.size]).toEqual([[], 0]);
  });

  it("that come twice in a batch are sent once", async () => {
    bench.mailboxes.hasPush("bob", [phone]);
    expect(await bench.consume(aJob("bob"), aJob("bob"))).toEqual([{ kind: "done" }, { kind: "done" }]);
    expect(bench.fcm.batches).toHaveLength(1);
  });

  it("whose mailbox cannot be reached come again", async () => {
    bench.mailboxes.hasPush("bob", [phone]).loses("push.take", 1);
    expect(await bench.verdict()).toEqual({ kind: "retry" });
    expect(await bench.verdict()).toEqual({ kind: "done" });
    expect(bench.fcm.batches).toHaveLength(1);
  });

  it("of an app whose settings cannot be known now come again", async () => {
    bench.mailboxes.hasPush("bob", [phone]);
    bench.isAppKnown = false;
    expect(await bench.verdict()).toEqual({ kind: "retry" });
    expect([bench.fcm.batches, bench.mailboxes.settled.size]).toEqual([[], 0]);
    bench.isAppKnown = true;
    expect(await bench.verdict()).toEqual({ kind: "done" });
  });

  it("are not sent again because the mailbox was out of reach for a moment", async () => {
    bench.mailboxes.hasPush("bob", [phone]).loses("push.settle", 2);
    expect(await bench.verdict()).toEqual({ kind: "done" });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({ phone: SENT("phone") });
    bench.mailboxes.loses("push.settle", 3);
    expect(await bench.verdict()).toEqual({ kind: "retry" });
  });

  it("are settled as soon as they are through, whatever others wait for", async () => {
    let open = () => {};
    bench.fcm.gate = new Promise((resolve) => {
      open = resolve;
    });
    bench.mailboxes.hasPush("bob", [phone]).hasPush("carol", [tablet]);
    const isSettled = new Promise<void>((resolve) => {
      const { call } = bench.ports;
      bench.ports.call = async (room, asked) => {
        const outcome = await call(room, asked);
        if (asked.type === "push.settle") resolve();
        return outcome;
      };
    });
    const consumed = bench.consume(aJob("bob"), aJob("carol"));
    await isSettled;
    expect(bench.mailboxes.outcomesOf("carol")).toEqual({ tablet: SENT("tablet") });
    expect(bench.mailboxes.outcomesOf("bob")).toEqual({});
    open();
    expect(await consumed).toEqual([{ kind: "done" }, { kind: "done" }]);
  });
});
