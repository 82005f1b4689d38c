import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isReceiptVendor, parseReceipt, receiptAnswer } from "./parse-receipt.ts";
import type { ReceiptRequest, ReceiptVendor } from "./receipt.ts";
import type { ReceiptSecret } from "./trust.ts";

const NOW_MS = 1_607_832_800_000;
const SECRET: ReceiptSecret = { kind: "query", secret: "s3cret" };

function requestOf(body: unknown, changes: Partial<ReceiptRequest> = {}): ReceiptRequest {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { headers: {}, query: { secret: "s3cret" }, body: text, ...changes };
}

function parse(vendor: ReceiptVendor, body: unknown) {
  return parseReceipt(vendor, requestOf(body), { secret: SECRET, nowMs: NOW_MS });
}

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

describe("receipts", () => {
  it.each(["huawei", "honor"] as const)("of %s in version 1, delivered and not", (vendor) => {
    const common = { biTag: "push-1", appid: "13", timestamp: 1_489_993_883_189, requestId: "157" };
    const statuses = [0, 2, 5, 6].map((status) => ({ ...common, token: `token-${status}`, status }));
    const base = { messageId: "157", pushId: "push-1", atMs: 1_489_993_883_189 };
    expect(parse(vendor, { statuses })).toEqual({
      kind: "receipts",
      receipts: [
        { ...base, kind: "delivered", token: "token-0", isTokenDead: false },
        { ...base, kind: "failed", token: "token-2", reason: "2", isTokenDead: true },
        { ...base, kind: "failed", token: "token-5", reason: "5", isTokenDead: true },
        { ...base, kind: "failed", token: "token-6", reason: "6", isTokenDead: false },
      ],
    });
  });

  it("of Huawei in version 2", () => {
    const deliveryStatus = { result: 0, timestamp: 1_607_832_761_768 };
    const status = {
      biTag: "",
      pushType: 0,
      appPackageName: "org.example",
      token: "t",
      requestId: "1",
      deliveryStatus,
    };
    expect(parse("huawei", { statuses: [status] })).toEqual({
      kind: "receipts",
      receipts: [{ kind: "delivered", messageId: "1", token: "t", atMs: 1_607_832_761_768, isTokenDead: false }],
    });
  });

  it("of Xiaomi, one for each device, in a form", () => {
    const data = {
      sdm1: { param: "push-1", type: 1, targets: "a,b", timestamp: 1_489_993_883_189 },
      sdm2: { param: "push-2", type: 2, targets: "c", timestamp: 1_489_993_883_190 },
      sdm3: { type: 16, targets: "d" },
      sdm4: { type: 128, targets: "e" },
    };
    expect(parse("xiaomi", form({ data: JSON.stringify(data) }))).toMatchObject({
      receipts: [
        { kind: "delivered", messageId: "sdm1", pushId: "push-1", token: "a", atMs: 1_489_993_883_189 },
        { kind: "delivered", messageId: "sdm1", pushId: "push-1", token: "b" },
        { kind: "clicked", messageId: "sdm2", token: "c", isTokenDead: false },
        { kind: "failed", messageId: "sdm3", token: "d", reason: "16", isTokenDead: true, atMs: NOW_MS },
        { kind: "failed", messageId: "sdm4", token: "e", reason: "128", isTokenDead: false },
      ],
    });
  });

  it("of Meizu, whose message ids end in the kind", () => {
    const cb = {
      "c2ee-5c-1": { param: "push-1", type: 1, targets: ["a", "b"] },
      "c2ee-5c-2": { param: "push-1", type: 2, targets: ["a"] },
    };
    expect(parse("meizu", form({ cb: JSON.stringify(cb), access_token: "" }))).toMatchObject({
      receipts: [
        { kind: "delivered", messageId: "c2ee-5c", pushId: "push-1", token: "a" },
        { kind: "delivered", messageId: "c2ee-5c", token: "b" },
        { kind: "clicked", messageId: "c2ee-5c", token: "a" },
      ],
    });
  });

  it("of vivo, by task", () => {
    expect(parse("vivo", { "342982": { param: "push-1", targets: "a,b" } })).toMatchObject({
      receipts: [
        { kind: "delivered", messageId: "342982", pushId: "push-1", token: "a" },
        { kind: "delivered", messageId: "342982", pushId: "push-1", token: "b" },
      ],
    });
  });

  it("of OPPO, a list of events", () => {
    const common = { messageId: "m", appId: "1", taskId: "m", eventTime: "1489993883189", param: "push-1" };
    const events = [
      { ...common, registrationIds: "a, b" },
      { ...common, registrationIds: "c", eventType: "push_arrive" },
      { ...common, registrationIds: "d", eventType: "regid_invalid" },
      { ...common, registrationIds: "e", eventType: "user_daily_limit" },
    ];
    expect(parse("oppo", events)).toMatchObject({
      receipts: [
        { kind: "delivered", messageId: "m", pushId: "push-1", token: "a", atMs: 1_489_993_883_189 },
        { kind: "delivered", token: "b" },
        { kind: "delivered", token: "c", isTokenDead: false },
        { kind: "failed", token: "d", reason: "regid_invalid", isTokenDead: true },
        { kind: "failed", token: "e", reason: "user_daily_limit", isTokenDead: false },
      ],
    });
  });

  const VENDORS = ["huawei", "honor", "xiaomi", "meizu", "vivo", "oppo"] as const;

  it.each(VENDORS)("of %s are refused in any other form, and never throw", (vendor) => {
    for (const body of ["", "{", "null", "1", '"x"', "cb=1&data=2"]) {
      expect(parse(vendor, body)).toEqual({ kind: "malformed" });
    }
    for (const body of [{ statuses: [1, null, {}] }, [null, 1, {}], { a: 1, b: null }]) {
      const { kind } = parse(vendor, body);
      expect(["malformed", "receipts"]).toContain(kind);
    }
  });

  it.each(VENDORS)("of %s are answered with success", (vendor) => {
    expect(isReceiptVendor(vendor)).toBe(true);
    expect(JSON.parse(receiptAnswer(vendor).body)).toMatchObject({ message: "success" });
  });

  it("come from those vendors alone", () => {
    expect(["apns", "fcm", "webpush", "toString", ""].filter(isReceiptVendor)).toEqual([]);
  });
});

describe("a receipt is trusted", () => {
  const body = { statuses: [] };
  const trusts = (request: ReceiptRequest, secret: ReceiptSecret) =>
    parseReceipt("huawei", request, { secret, nowMs: NOW_MS }).kind !== "untrusted";

  it.each([
    [{ secret: "s3cret" }, true],
    [{ secret: "S3cret" }, false],
    [{ secret: "" }, false],
    [{}, false],
  ])("by a secret in its link: %j → %s", (query, isTrusted) => {
    expect(trusts(requestOf(body, { query: { ...query } }), SECRET)).toBe(isTrusted);
  });

  it("never by an empty secret", () => {
    expect(trusts(requestOf(body, { query: { secret: "" } }), { kind: "query", secret: "" })).toBe(false);
    expect(trusts(requestOf("access_token="), { kind: "accessToken", accessToken: "" })).toBe(false);
  });

  it("by Meizu's access token", () => {
    const secret = { kind: "accessToken", accessToken: "a/b+c=" } as const;
    expect(trusts(requestOf(form({ cb: "{}", access_token: "a/b+c=" })), secret)).toBe(true);
    expect(trusts(requestOf(form({ cb: "{}", access_token: "a/b c=" })), secret)).toBe(false);
  });

  const hmac = { kind: "hmac", userName: "parley", key: "callback-key" } as const;
  const signature = (timestamp: string, { user = "parley", key = "callback-key" } = {}) => {
    const value = createHmac("sha256", key).update(`${timestamp}nonce-1${user}`).digest("base64");
    return { "x-huawei-callback-id": `timestamp=${timestamp}; nonce=nonce-1; value=${value}` };
  };

  it.each([
    ["of now", signature(String(NOW_MS)), true],
    ["in seconds", signature(String(Math.floor(NOW_MS / 1000))), true],
    [
      "without spaces",
      { "x-huawei-callback-id": signature(String(NOW_MS))["x-huawei-callback-id"].replaceAll("; ", ";") },
      true,
    ],
    ["under Honor's name", { "x-honor-callback-id": signature(String(NOW_MS))["x-huawei-callback-id"] }, true],
    ["of another user", signature(String(NOW_MS), { user: "eve" }), false],
    ["with another key", signature(String(NOW_MS), { key: "other" }), false],
    ["too old", signature(String(NOW_MS - 3_600_000)), false],
    ["too new", signature(String(NOW_MS + 3_600_000)), false],
    ["of no time", signature("soon"), false],
    ["missing", {}, false],
    ["empty", { "x-huawei-callback-id": "" }, false],
  ])("by a signature %s", (_name, headers, isTrusted) => {
    expect(trusts(requestOf(body, { headers: { ...headers } }), hmac)).toBe(isTrusted);
  });

  it("by a signature, which a secret in the link does not replace", () => {
    expect(trusts(requestOf(body), hmac)).toBe(false);
  });
});
