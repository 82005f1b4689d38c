import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aMessage, aTarget, aWithdrawal, type PushBench, pushBench } from "../../../../test/support/push.ts";
import { SimulatedFcm } from "../../../hosts/native/push-simulator/fcm.ts";
import { CREDENTIAL } from "../../../hosts/native/push-simulator/vendor.ts";
import { FcmProvider } from "./fcm.ts";

const PACKAGE = "org.example.chat";
const MINUTE_MS = 60_000;

let bench: PushBench<SimulatedFcm>;
let provider: FcmProvider;

const phone = aTarget();
const push = async (target = phone) => (await provider.send({ message: aMessage(), targets: [target] }))[0];
const grants = () => bench.sent.filter(({ url }) => url.endsWith("/token")).length;
const last = () => bench.simulator.deliveries.at(-1);

beforeAll(async () => {
  bench = await pushBench(await SimulatedFcm.create([PACKAGE]));
});
beforeEach(() => {
  bench.simulator.behave();
  provider = new FcmProvider(bench.vendor.settings(bench.simulator.url), bench.ports);
});
afterAll(() => bench.close());

describe("FCM", () => {
  it("shows the message on Android, iPhones and in browsers", async () => {
    const message = aMessage({
      uri: "https://example.org/alice",
      data: { from: "a name that FCM refuses" },
      category: "chat",
    });
    const [outcome] = await provider.send({ message, targets: [phone] });
    expect(outcome).toEqual({ kind: "sent", providerMessageId: expect.stringContaining("/messages/") });
    expect(last()).toMatchObject({
      token: "device-token-1",
      kind: "shown",
      title: "Alice",
      body: "Hello Bob",
      badge: 3,
      collapseId: "SC_alice_bob.7",
      raw: {
        android: { priority: "HIGH", ttl: "3600s", notification: { tag: "SC_alice_bob.7", channel_id: "chat" } },
        apns: { headers: { "apns-priority": "10" }, payload: { aps: { badge: 3, "thread-id": "SC_alice_bob" } } },
        webpush: { headers: { TTL: "3600", Urgency: "high" }, fcm_options: { link: "https://example.org/alice" } },
      },
    });
    const { data } = JSON.parse(String(bench.sent.at(-1)?.body)).message;
    expect(JSON.parse(data.parley)).toMatchObject({ kind: "message", seqId: 7, data: { from: expect.any(String) } });
  });

  it("takes bodies of any length", async () => {
    const message = aMessage({ body: "长".repeat(5000) });
    expect(await provider.send({ message, targets: [phone] })).toMatchObject([{ kind: "sent" }]);
    expect(Buffer.byteLength(last()?.body ?? "")).toBeGreaterThan(3000);
  });

  it("withdraws with data alone, under the collapse key of the message", async () => {
    expect(await provider.withdraw(aWithdrawal(phone))).toMatchObject([{ kind: "sent" }]);
    expect(last()).toMatchObject({ kind: "withdrawn", collapseId: "SC_alice_bob.7" });
    expect(last()?.raw).not.toHaveProperty("notification");
  });
});

describe("the access token of FCM", () => {
  it("is asked for once by all, and again five minutes before it expires", async () => {
    const before = grants();
    expect(await Promise.all([push(), push(), push()])).toMatchObject(Array(3).fill({ kind: "sent" }));
    expect(grants() - before).toBe(1);
    bench.advance(54 * MINUTE_MS);
    await push();
    expect(grants() - before).toBe(1);
    bench.advance(2 * MINUTE_MS);
    await Promise.all([push(), push()]);
    expect(grants() - before).toBe(2);
    bench.advance(-56 * MINUTE_MS);
  });

  it("that was revoked is replaced", async () => {
    await push();
    bench.vendor.revokeTokens();
    expect(await push()).toEqual({ kind: "refreshCredential", reason: "UNAUTHENTICATED" });
    expect(await push()).toMatchObject({ kind: "sent" });
  });

  it.each(["invalid_grant", "invalid_client", "unauthorized_client"])("is refused: %s → configError", async (code) => {
    bench.simulator.order({ token: CREDENTIAL, fault: { kind: "error", code } });
    expect(await push()).toEqual({ kind: "configError", reason: `oauth:${code}` });
  });

  it("cannot be had while the server is busy → retry, when it says", async () => {
    const answer = { status: 503, headers: { "retry-after": "7" } };
    bench.simulator.order({ token: CREDENTIAL, fault: { kind: "answer", answer }, times: 1 });
    expect(await push()).toEqual({ kind: "retry", reason: "oauth:503", afterMs: 7000 });
    expect(await push()).toMatchObject({ kind: "sent" });
  });

  it("cannot be had without an answer, or with one that makes no sense → retry", async () => {
    bench.simulator.order({ token: CREDENTIAL, fault: { kind: "drop" }, times: 1 });
    expect(await push()).toEqual({ kind: "retry", reason: "http:lost" });
    bench.simulator.order({
      token: CREDENTIAL,
      fault: { kind: "answer", answer: { status: 200, body: "{}" } },
      times: 1,
    });
    expect(await push()).toEqual({ kind: "retry", reason: "oauth:unreadable" });
  });

  it("of an account whose clock is wrong by hours is refused by Google → configError", async () => {
    bench.advance(-120 * MINUTE_MS);
    expect(await push()).toEqual({ kind: "configError", reason: "oauth:invalid_grant" });
    bench.advance(120 * MINUTE_MS);
  });

  it("of a key that is none is a fault of configuration", async () => {
    const [account] = bench.vendor.settings(bench.simulator.url).apps.values();
    if (account === undefined) expect.unreachable();
    provider = new FcmProvider({ apps: new Map([[PACKAGE, { ...account, private_key: "no key" }]]) }, bench.ports);
    expect(await push()).toEqual({ kind: "configError", reason: "fcm:unusable-key" });
  });
});

describe("an answer of FCM", () => {
  it.each([
    ["UNREGISTERED", { kind: "dropToken", reason: "UNREGISTERED" }],
    ["SENDER_ID_MISMATCH", { kind: "dropToken", reason: "SENDER_ID_MISMATCH" }],
    ["INVALID_ARGUMENT", { kind: "giveUp", reason: "INVALID_ARGUMENT" }],
    ["message.token", { kind: "dropToken", reason: "INVALID_ARGUMENT" }],
    ["message.android.ttl", { kind: "giveUp", reason: "INVALID_ARGUMENT" }],
    ["QUOTA_EXCEEDED", { kind: "retry", reason: "QUOTA_EXCEEDED", afterMs: MINUTE_MS }],
    ["UNAVAILABLE", { kind: "retry", reason: "UNAVAILABLE" }],
    ["INTERNAL", { kind: "retry", reason: "INTERNAL" }],
    ["THIRD_PARTY_AUTH_ERROR", { kind: "configError", reason: "THIRD_PARTY_AUTH_ERROR" }],
    ["UNSPECIFIED_ERROR", { kind: "giveUp", reason: "UNSPECIFIED_ERROR" }],
  ])("%s → %j", async (code, outcome) => {
    bench.simulator.order({ token: "device-token-1", fault: { kind: "error", code } });
    expect(await push()).toEqual(outcome);
  });

  it.each([
    [401, "UNAUTHENTICATED", "refreshCredential"],
    [403, "PERMISSION_DENIED", "configError"],
    [404, "NOT_FOUND", "configError"],
    [429, "RESOURCE_EXHAUSTED", "retry"],
    [500, "INTERNAL", "retry"],
    [503, "UNAVAILABLE", "retry"],
  ])("of Google's APIs in general: %i %s → %s", async (status, name, kind) => {
    const answer = { status, body: JSON.stringify({ error: { code: status, status: name, message: "no" } }) };
    bench.simulator.order({ token: "device-token-1", fault: { kind: "answer", answer } });
    expect(await push()).toMatchObject({ kind, reason: name });
  });

  it.each([
    [400, "giveUp"],
    [401, "refreshCredential"],
    [403, "configError"],
    [404, "configError"],
    [429, "retry"],
    [502, "retry"],
  ])("that is none of Google's, with status %i → %s", async (status, kind) => {
    bench.simulator.order({ token: "device-token-1", fault: { kind: "answer", answer: { status, body: "<html>" } } });
    expect(await push()).toMatchObject({ kind, reason: `http:${status}` });
  });

  it("about a malformed token names it in words alone → drop", async () => {
    const error = {
      status: "INVALID_ARGUMENT",
      message: "The registration token is not a valid FCM registration token",
      details: [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: "INVALID_ARGUMENT" }],
    };
    const answer = { status: 400, body: JSON.stringify({ error }) };
    bench.simulator.order({ token: "device-token-1", fault: { kind: "answer", answer } });
    expect(await push()).toEqual({ kind: "dropToken", reason: "INVALID_ARGUMENT" });
  });

  it.each([
    [429, "RESOURCE_EXHAUSTED", "120", 120_000],
    [503, "UNAVAILABLE", "5", 5000],
  ])("%i %s says when to come back", async (status, name, after, afterMs) => {
    const answer = { status, headers: { "retry-after": after }, body: JSON.stringify({ error: { status: name } }) };
    bench.simulator.order({ token: "device-token-1", fault: { kind: "answer", answer } });
    expect(await push()).toEqual({ kind: "retry", reason: name, afterMs });
  });

  it("is not needed where there is nothing to ask", async () => {
    expect(await push(aTarget({ packageName: "org.example.other" }))).toMatchObject({ kind: "configError" });
    const address = { kind: "subscription", endpoint: "https://x", p256dh: "", auth: "" } as const;
    expect(await push(aTarget({ address }))).toEqual({ kind: "dropToken", reason: "fcm:no-token" });
  });
});
