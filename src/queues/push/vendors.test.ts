import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aMessage, aTarget } from "../../../test/support/push.ts";
import { VENDOR_NAMES, VendorBench, type VendorName } from "../../../test/support/push-vendors.ts";

/** Units that each vendor takes of a body at least. */
const TEXT_LIMITS = { huawei: 800, honor: 800, xiaomi: 127, meizu: 100, vivo: 50, oppo: 200 } as const;

const HAS_BADGE: ReadonlySet<string> = new Set(["huawei", "honor", "oppo"]);
const HAS_TOKENS: readonly VendorName[] = ["huawei", "honor", "vivo", "oppo"];
const CAN_WITHDRAW: readonly VendorName[] = ["huawei", "xiaomi"];
const DEAD = { huawei: "80300007", honor: "80300007", xiaomi: "20301", meizu: "110002", vivo: "10302", oppo: "10000" };

/** A name that tests may not split: a family of four, eleven units long. */
const FAMILY = "👨‍👩‍👧‍👦";

function graphemesOf(text: string): string[] {
  return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);
}

/** A new bench for each test. */
let bench: VendorBench;
const usesBench = (name: VendorName) => {
  beforeEach(async () => {
    bench = await VendorBench.start(name);
  });
  afterEach(() => bench.simulator.close());
};

describe.each(VENDOR_NAMES)("%s", (name) => {
  usesBench(name);

  it("shows the message, with its badge and the id that collapses it", async () => {
    const outcomes = await bench.send(["device-1"], { title: "爱丽丝", body: "你好 👋", badge: 7 });
    expect(outcomes).toEqual([{ kind: "sent", providerMessageId: expect.any(String) }]);
    const [shown] = bench.simulator.deliveries;
    expect(shown).toMatchObject({ token: "device-1", kind: "shown", title: "爱丽丝", body: "你好 👋" });
    expect(shown?.badge).toBe(HAS_BADGE.has(name) ? 7 : undefined);
  });

  it("replaces what has the same collapse id and nothing else", async () => {
    await bench.send(["device-1"], { id: "push-1", collapseId: "a" });
    await bench.send(["device-1"], { id: "push-2", collapseId: "a" });
    await bench.send(["device-1"], { id: "push-3", collapseId: "b" });
    const [first, second, third] = bench.simulator.deliveries.map(({ collapseId }) => collapseId);
    expect(second).toBe(first);
    // vivo has no such id.
    if (name !== "vivo") expect(third).not.toBe(first);
  });

  it("reaches every device of a batch, and drops the dead one alone", async () => {
    bench.simulator.order({ fault: { kind: "error", code: DEAD[name] }, token: "device-2" });
    const outcomes = await bench.send(["device-1", "device-2", "device-3"]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["sent", "dropToken", "sent"]);
    expect(bench.simulator.deliveries.map(({ token }) => token).sort()).toEqual(["device-1", "device-3"]);
  });

  it("takes as many devices at once as it says", async () => {
    const tokens = Array.from({ length: bench.provider.maxBatch }, (_, index) => `device-${index}`);
    const outcomes = await bench.send(tokens);
    expect(outcomes.every(({ kind }) => kind === "sent")).toBe(true);
    expect(new Set(bench.simulator.deliveries.map(({ token }) => token)).size).toBe(tokens.length);
  });

  it.each([
    ["Chinese", "汉", 300, 5000],
    ["emoji", FAMILY, 40, 500],
    ["Latin", "a", 300, 9000],
    ["mixed", "a汉👋", 100, 2000],
  ])(
    "cuts a long text in %s at a whole character, never refused for its size",
    async (_kind, unit, inTitle, inBody) => {
      const [title, body] = [unit.repeat(inTitle), unit.repeat(inBody)];
      expect(await bench.send(["device-1"], { title, body, data: { order: "1" } })).toMatchObject([{ kind: "sent" }]);
      const [shown] = bench.simulator.deliveries;
      for (const [text, full] of [
        [shown?.title, title],
        [shown?.body, body],
      ] as const) {
        const kept = text?.replace(/…$/, "") ?? "";
        expect(kept).not.toBe("");
        expect(full.startsWith(kept)).toBe(true);
        expect(graphemesOf(unit)).toEqual(expect.arrayContaining(graphemesOf(kept).slice(-1)));
      }
      // The simulators refuse what is longer than the vendor allows; this is that nothing is cut without need.
      expect(shown?.body?.length).toBeGreaterThan(TEXT_LIMITS[name] - unit.length - 1);
    },
  );

  it("leaves custom data and the link out rather than failing where they are too long", async () => {
    const changes = { data: { blob: "汉".repeat(3000) }, uri: `app://${"y".repeat(5000)}` };
    expect(await bench.send(["device-1"], changes)).toMatchObject([{ kind: "sent" }]);
    expect(bench.simulator.deliveries).toMatchObject([{ title: "Alice", body: "Hello Bob" }]);
  });

  it("carries what the app needs to open the message", async () => {
    await bench.send(["device-1"], { uri: "chat://alice", data: { order: "1" } });
    const carried = JSON.stringify(bench.simulator.deliveries[0]?.raw).replaceAll("\\", "");
    expect(carried).toContain('"sessionId":"SC_alice_bob","seqId":7');
    expect(carried).toContain('"uri":"chat://alice","data":{"order":"1"}');
  });

  it("never shows a blank text, which vendors refuse", async () => {
    expect(await bench.send(["device-1"], { title: " ", body: "" })).toMatchObject([{ kind: "sent" }]);
  });

  it("drops tokens that no vendor issues, a list in one above all, without a request", async () => {
    const outcomes = await bench.send(["device-1,device-2", "", "a b", "x".repeat(5000)]);
    expect(outcomes).toEqual(Array(4).fill({ kind: "dropToken", reason: "malformed-token" }));
    expect(bench.simulator.requests).toEqual([]);
  });

  it("tells an operator of a package without credentials", async () => {
    const targets = [aTarget({ packageName: "org.example.other" })];
    const outcomes = await bench.provider.send({ message: aMessage(), targets });
    expect(outcomes).toEqual([{ kind: "configError", reason: "unknown-package" }]);
  });

  it("tells an operator of a wrong key", async () => {
    const outcomes = await bench.misconfigured.send({ message: aMessage(), targets: [aTarget()] });
    expect(outcomes).toMatchObject([{ kind: "configError" }]);
    expect(bench.simulator.deliveries).toEqual([]);
  });

  it.each([500, 502, 503, 429])("is asked again after HTTP %i, and not before it says", async (status) => {
    await bench.send(["device-0"], { id: "push-0" });
    const answer = { status, headers: { "retry-after": "7" }, body: "<html>" };
    bench.simulator.order({ fault: { kind: "answer", answer }, token: "device-1", times: 1 });
    const [outcome] = await bench.send(["device-1"]);
    expect(outcome).toEqual({ kind: "retry", reason: `http:${status}`, afterMs: 7000 });
    expect(await bench.send(["device-1"])).toMatchObject([{ kind: "sent" }]);
  });

  it.each(["{", "", "[]", '"ok"', "null"])("is asked again after the answer %j", async (body) => {
    await bench.send(["device-0"], { id: "push-0" });
    bench.simulator.order({ fault: { kind: "answer", answer: { status: 200, body } }, token: "device-1", times: 1 });
    expect(await bench.send(["device-1"])).toEqual([{ kind: "retry", reason: "unreadable" }]);
  });

  it("is asked again when it is silent or hangs up", async () => {
    await bench.send(["device-0"], { id: "push-0" });
    bench.simulator.order({ fault: { kind: "drop" }, token: "device-1", times: 1 });
    expect(await bench.send(["device-1"])).toEqual([{ kind: "retry", reason: "http:lost" }]);
    bench.simulator.order({ fault: { kind: "silent" }, token: "device-1", times: 1 });
    bench.maxTimeoutMs = 50;
    expect(await bench.send(["device-1"])).toEqual([{ kind: "retry", reason: "http:timeout" }]);
  });
});

describe.each(HAS_TOKENS)("the token of %s", (name) => {
  usesBench(name);

  it("asks for one token for a hundred pushes at once", async () => {
    const sends = Array.from({ length: 100 }, (_, index) => bench.send([`device-${index}`], { id: `push-${index}` }));
    const outcomes = (await Promise.all(sends)).flat();
    expect(outcomes.every(({ kind }) => kind === "sent")).toBe(true);
    expect(bench.desk?.issued).toBe(1);
  });

  it("replaces a token that the vendor no longer takes, once", async () => {
    await bench.send(["device-0"], { id: "push-0" });
    bench.desk?.expireAll();
    expect(await bench.send(["device-1"])).toMatchObject([{ kind: "refreshCredential" }]);
    const again = Array.from({ length: 20 }, (_, index) => bench.send([`device-${index}`], { id: `again-${index}` }));
    expect((await Promise.all(again)).flat().every(({ kind }) => kind === "sent")).toBe(true);
    expect(bench.desk?.issued).toBe(2);
  });

  it("refreshes its token before it expires", async () => {
    await bench.send(["device-0"], { id: "push-0" });
    const lifeMs = name === "huawei" || name === "honor" ? 3_600_000 : 86_400_000;
    bench.clockOffsetMs = lifeMs - 60_000;
    await bench.send(["device-1"]);
    expect(bench.simulator.requests.filter(({ path }) => /(token|auth)$/.test(path))).toHaveLength(2);
  });
});

describe.each(CAN_WITHDRAW)("%s", (name) => {
  usesBench(name);

  it("takes back what it pushed", async () => {
    await bench.send(["device-1"]);
    const targets = ["device-1", "device-2"].map((token) => ({
      target: aTarget({ address: { kind: "token", token } }),
    }));
    const { id, collapseId, sessionId, seqId, ttlSeconds } = aMessage();
    const withdrawal = { id, collapseId, sessionId, seqId, ttlSeconds, badge: 0, targets };
    expect(await bench.provider.withdraw?.(withdrawal)).toMatchObject([{ kind: "sent" }, { kind: "sent" }]);
    const [shown, ...withdrawn] = bench.simulator.deliveries;
    expect(withdrawn.map(({ kind }) => kind)).toEqual(["withdrawn", "withdrawn"]);
    expect(withdrawn.map((one) => one.collapseId)).toEqual([shown?.collapseId, shown?.collapseId]);
  });

  it("goes on pushing where the vendor does not let it take back", async () => {
    const { id, collapseId, sessionId, seqId, ttlSeconds } = aMessage();
    const withdrawal = { id, collapseId, sessionId, seqId, ttlSeconds, badge: 0, targets: [{ target: aTarget() }] };
    await bench.send(["device-1"]);
    const answer = { status: 404, body: "" };
    bench.simulator.order({ fault: { kind: "answer", answer }, times: 1 });
    expect(await bench.provider.withdraw?.(withdrawal)).toEqual([{ kind: "giveUp", reason: "http:404" }]);
  });
});

describe.each(VENDOR_NAMES.filter((name) => !CAN_WITHDRAW.includes(name)))("%s", (name) => {
  usesBench(name);

  it("does not claim to take back a push", () => {
    expect(bench.provider.withdraw).toBeUndefined();
  });
});
