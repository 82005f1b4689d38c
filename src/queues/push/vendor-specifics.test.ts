import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VendorBench, type VendorName } from "../../../test/support/push-vendors.ts";
import { VIVO_LIST } from "../../hosts/native/push-simulator/vivo.ts";
import { DailyQuota } from "./daily-quota.ts";
import { illegalTokens } from "./huawei/answer.ts";
import { outcomesOf } from "./meizu/answer.ts";
import { intentUri } from "./notice.ts";
import { truncateColumns } from "./vivo/columns.ts";

let bench: VendorBench;
const usesBench = (name: VendorName) => {
  beforeEach(async () => {
    bench = await VendorBench.start(name);
  });
  afterEach(() => bench.simulator.close());
};

const devices = (count: number) => Array.from({ length: count }, (_, index) => `device-${index}`);
const paths = () => bench.simulator.requests.map(({ path }) => path);

describe("Huawei's list of illegal tokens", () => {
  it("is JSON in the message, or in the answer itself", () => {
    const dropped = { kind: "dropToken", reason: "illegalToken" };
    const msg = '{"success":1,"failure":1,"illegal_tokens":["a"]}';
    expect([...illegalTokens({ code: "80100000", msg })]).toEqual([["a", dropped]]);
    expect([...illegalTokens({ code: "80100000", illegal_tokens: ["b"] })]).toEqual([["b", dropped]]);
    expect([...illegalTokens({ code: "80000000", msg: "Success" })]).toEqual([]);
  });

  it("by reasons drops the tokens at fault, and not those of an app without the right", () => {
    const msg = '{"failure":2,"illegalTokens":{"tokenFormatError":["a"],"noPushTypeRight":["b"]}}';
    const found = illegalTokens({ code: "80300007", msg });
    expect([found.get("a")?.kind, found.get("b")?.kind]).toEqual(["dropToken", "giveUp"]);
  });
});

describe("Honor", () => {
  usesBench("honor");

  it("tells tokens that expired from those that it failed to serve", async () => {
    bench.simulator.order({ fault: { kind: "error", code: "80300007" }, token: "device-0" });
    bench.simulator.order({ fault: { kind: "error", code: "failToken" }, token: "device-1" });
    expect(await bench.send(devices(3))).toMatchObject([{ kind: "dropToken" }, { kind: "retry" }, { kind: "sent" }]);
  });
});

describe("Meizu's value", () => {
  it("lists push ids by code, and in older servers a code by push id", () => {
    const found = outcomesOf({ "110002": ["a", "b"], c: "520", "110010": ["d"], "519": ["e"] });
    const kinds = Object.fromEntries([...found].map(([token, { kind }]) => [token, kind]));
    expect(kinds).toEqual({ a: "dropToken", b: "dropToken", c: "giveUp", d: "giveUp", e: "retry" });
  });

  it.each(["", null, [], 3])("%j says nothing", (value) => {
    expect(outcomesOf(value).size).toBe(0);
  });
});

describe.each(["xiaomi", "meizu", "oppo"] as const)("the quota of %s", (name) => {
  usesBench(name);
  const code = { xiaomi: "200001", meizu: "110019", oppo: "33" }[name];

  it("once spent, ends requests until midnight in Beijing", async () => {
    await bench.send(["device-0"], { id: "push-0" });
    bench.simulator.order({ fault: { kind: "error", code }, token: "device-1", times: 1 });
    expect(await bench.send(["device-1"])).toEqual([{ kind: "giveUp", reason: `quota:${code}` }]);
    const requests = bench.simulator.requests.length;
    expect(await bench.send(["device-1", "device-2"])).toEqual(Array(2).fill({ kind: "giveUp", reason: "quota" }));
    expect(bench.simulator.requests).toHaveLength(requests);
  });
});

describe("a daily quota", () => {
  it("returns at midnight in Beijing, which is 16:00 of UTC", () => {
    let nowMs = Date.UTC(2026, 10, 25, 15, 59, 59);
    const quota = new DailyQuota({ nowMs: () => nowMs });
    expect(quota.spent()).toBeUndefined();
    quota.spend();
    expect(quota.spent()).toEqual({ kind: "giveUp", reason: "quota" });
    nowMs += 1000;
    expect(quota.spent()).toBeUndefined();
  });
});

describe("vivo", () => {
  usesBench("vivo");

  it("sends to a few devices one by one, and to many as a list", async () => {
    await bench.send(devices(19), { id: "few" });
    expect(paths().filter((path) => path === "/message/send")).toHaveLength(19);
    await bench.send(devices(20), { id: "many" });
    expect(paths().slice(-2)).toEqual(["/message/saveListPayload", "/message/pushToList"]);
    expect(bench.simulator.deliveries).toHaveLength(39);
  });

  it("drops the dead of a list, and gives up on those that are idle", async () => {
    for (const status of ["1", "2", "3", "4"]) {
      bench.simulator.order({ fault: { kind: "error", code: status }, token: `device-${status}` });
    }
    const outcomes = await bench.send(devices(21));
    expect(outcomes.slice(0, 6).map(({ kind }) => kind)).toEqual([
      "sent",
      "dropToken",
      "dropToken",
      "giveUp",
      "giveUp",
      "sent",
    ]);
  });

  it("sends one by one when the list messages of the day are spent", async () => {
    bench.simulator.order({ fault: { kind: "error", code: "10252" }, token: VIVO_LIST, times: 1 });
    for (const id of ["first", "second"]) {
      const outcomes = await bench.send(devices(25), { id });
      expect(outcomes.every(({ kind }) => kind === "sent")).toBe(true);
    }
    expect(paths().filter((path) => path === "/message/saveListPayload")).toHaveLength(1);
    expect(bench.simulator.deliveries).toHaveLength(50);
  });

  it("shows a push once when its answer was lost and it is sent again", async () => {
    expect(await bench.send(["device-0"])).toMatchObject([{ kind: "sent" }]);
    expect(await bench.send(["device-0"])).toMatchObject([{ kind: "sent" }]);
    expect(bench.simulator.deliveries).toHaveLength(1);
  });

  it.each([
    ["汉".repeat(20), "汉".repeat(20)],
    ["汉".repeat(21), `${"汉".repeat(19)}…`],
    ["a".repeat(40), "a".repeat(40)],
    ["a".repeat(41), `${"a".repeat(38)}…`],
    ["👋".repeat(20), "👋".repeat(20)],
    ["👋".repeat(21), `${"👋".repeat(19)}…`],
  ])("counts a Chinese character as two columns: %s", (text, shown) => {
    expect(truncateColumns(text, 40)).toBe(shown);
  });
});

describe("OPPO", () => {
  usesBench("oppo");

  it("shows a push once when its answer was lost and it is sent again", async () => {
    await bench.send(["device-0", "device-1"]);
    await bench.send(["device-0", "device-1"]);
    expect(bench.simulator.deliveries).toHaveLength(2);
  });
});

describe("an intent", () => {
  it("carries its extras, whatever is in them", () => {
    const uri = intentUri("org.example.chat", "org.example.chat.Main", { parley: '{"a;b":"end=汉"}' });
    const extra = "S.parley=%7B%22a%3Bb%22%3A%22end%3D%E6%B1%89%22%7D;end";
    expect(uri).toBe(`intent:#Intent;launchFlags=0x4000000;component=org.example.chat/org.example.chat.Main;${extra}`);
  });
});
