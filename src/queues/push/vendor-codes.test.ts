import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VendorBench, type VendorName } from "../../../test/support/push-vendors.ts";
import { HUAWEI_CODES } from "./huawei/answer.ts";
import { MEIZU_CODES, MEIZU_TOKEN_CODES } from "./meizu/answer.ts";
import { OPPO_CODES } from "./oppo/answer.ts";
import type { CodeAction, CodeTable } from "./vendor-answer.ts";
import { VIVO_CODES } from "./vivo/answer.ts";
import { XIAOMI_CODES } from "./xiaomi/codes.ts";

/** Codes as they stand in the documents, by what has to happen. */
type Expected = Partial<Record<CodeAction, string>>;

const HUAWEIS: Expected = {
  sent: "80000000",
  dropToken: "80300007",
  giveUp: "80100001 80100002 80100003 80100004 80100013 80100016 80300008 80300010",
  refreshCredential: "80200001 80200003 80200005",
  configError: "80300002",
  retry: "80600003 81000001",
};

const EXPECTED: Readonly<Record<VendorName, Expected>> = {
  huawei: HUAWEIS,
  honor: HUAWEIS,
  xiaomi: {
    sent: "0",
    dropToken: "10029 20301",
    retry: "-1 1 10001 10002 10003 10009 10010 10011 10037 20607 22102 26003 65029",
    slowDown: "10022 10023 10024 10027 10028 22101 26004",
    quota: "10034 200001",
    configError:
      "10004 10005 10006 10014 10020 10025 10026 10031 10036 21301 21302 21303 22000 22001 22002 22006 22007 22008 22022 27001 65036 65037 65038",
    giveUp:
      "100 10007 10008 10012 10013 10016 10017 10018 10021 21305 22100 22103 26006 65003 65009 65011 65014 65015 65030",
  },
  meizu: {
    retry: "500 1001 1003 501 513 519",
    slowDown: "rate 518",
    quota: "110019 110051",
    dropToken: "110002 110003 110005",
    configError: "1006 110000 110001 110009 110031 110033",
    giveUp: "1005 110004 110032 110053 201 520 110010 110011",
  },
  vivo: {
    sent: "0 10303",
    dropToken: "10302",
    retry: "10040 10102",
    slowDown: "10072 10203",
    quota: "10070 10073 10252 10254",
    refreshCredential: "10000",
    configError: "10045 10094",
    giveUp: "10050 10055 10056 10058 10059 10066 10067 10071 10085 10101 10103 10104",
  },
  oppo: {
    sent: "0 32",
    dropToken: "10000",
    retry: "-1",
    slowDown: "-2 13 55",
    quota: "33",
    refreshCredential: "11 29",
    configError: "14 15 16 17 18 19 26 27 28 30 59 67",
    giveUp: "12 20 21 22 23 24 25 31 34 40 41 51",
  },
};

const OUTCOMES: Readonly<Record<CodeAction, object>> = {
  sent: { kind: "sent" },
  dropToken: { kind: "dropToken" },
  retry: { kind: "retry" },
  slowDown: { kind: "retry", afterMs: 30_000 },
  quota: { kind: "giveUp", reason: expect.stringMatching(/^quota:/) },
  refreshCredential: { kind: "refreshCredential" },
  configError: { kind: "configError" },
  giveUp: { kind: "giveUp" },
};

function casesOf(expected: Expected): [string, CodeAction][] {
  return Object.entries(expected).flatMap(([action, codes]) =>
    // SAFETY: the keys of `Expected` are actions.
    codes.split(" ").map((code): [string, CodeAction] => [code, action as CodeAction]),
  );
}

/** Codes that come of what the request is, and cannot be ordered from the simulator. */
const INHERENT: ReadonlySet<string> = new Set(["80000000", "0"]);

describe.each(Object.entries(EXPECTED))("a code of %s", (name, expected) => {
  let bench: VendorBench;
  beforeAll(async () => {
    // SAFETY: the keys of `EXPECTED` are vendors.
    bench = await VendorBench.start(name as VendorName);
    await bench.send(["device-warm"]);
  });
  afterAll(() => bench.simulator.close());

  it.each(casesOf(expected).filter(([code]) => !INHERENT.has(code)))("%s: %s", async (code, action) => {
    const outcome = await bench.outcomeOf(code);
    expect(outcome).toMatchObject(OUTCOMES[action]);
    // A quota that is spent holds for the rest of the day.
    if (action === "quota") bench.renew();
  });

  it("that nobody knows gives up, and its name reaches the log", async () => {
    expect(await bench.outcomeOf("77777")).toEqual({ kind: "giveUp", reason: "77777" });
  });
});

describe("the tables", () => {
  const listed = (...lists: Expected[]) => lists.flatMap(casesOf).map(([code]) => code);

  it.each<[string, CodeTable, string[]]>([
    ["huawei", HUAWEI_CODES, [...listed(HUAWEIS), "80100000"]],
    ["xiaomi", XIAOMI_CODES, listed(EXPECTED.xiaomi)],
    ["vivo", VIVO_CODES, listed(EXPECTED.vivo)],
    ["oppo", OPPO_CODES, listed(EXPECTED.oppo)],
    [
      "meizu",
      { ...MEIZU_CODES, ...MEIZU_TOKEN_CODES },
      [...listed(EXPECTED.meizu), "200"].filter((code) => code !== "rate"),
    ],
  ])("of %s has no code without a case here", (_name, table, codes) => {
    expect(Object.keys(table).sort()).toEqual([...new Set(codes)].sort());
  });
});
