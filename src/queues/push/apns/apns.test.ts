import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aMessage, aTarget, aWithdrawal, type PushBench, pushBench } from "../../../../test/support/push.ts";
import { SimulatedApns } from "../../../hosts/native/push-simulator/apns.ts";
import type { PushTarget } from "../provider.ts";
import { APNS_REASONS } from "./answer.ts";
import { ApnsProvider } from "./apns.ts";

const PACKAGE = "org.example.chat";
const MINUTE_MS = 60_000;
const TOKEN = "a1".repeat(32);

let bench: PushBench<SimulatedApns>;
let provider: ApnsProvider;

const phone = (changes: Partial<PushTarget> = {}) => aTarget({ address: { kind: "token", token: TOKEN }, ...changes });
const push = async (target = phone()) => (await provider.send({ message: aMessage(), targets: [target] }))[0];
const bearerOf = (index: number) => bench.sent.at(index)?.headers.authorization?.replace("bearer ", "") ?? "";
const last = () => bench.simulator.deliveries.at(-1);

beforeAll(async () => {
  bench = await pushBench(await SimulatedApns.create([PACKAGE]));
});
beforeEach(() => {
  bench.simulator.behave();
  provider = new ApnsProvider(bench.vendor.settings(bench.simulator.http2.url), bench.ports);
});
afterAll(() => bench.close());

describe("APNs", () => {
  it("shows the message", async () => {
    const message = aMessage({ uri: "chat://alice", data: { order: "7" }, category: "reply" });
    const [outcome] = await provider.send({ message, targets: [phone()] });
    expect(outcome).toEqual({ kind: "sent", providerMessageId: bench.sent.at(-1)?.headers["apns-id"] });
    expect(last()).toMatchObject({
      token: TOKEN,
      kind: "shown",
      title: "Alice",
      body: "Hello Bob",
      badge: 3,
      raw: {
        headers: { "apns-topic": PACKAGE, "apns-push-type": "alert", "apns-priority": "10" },
        payload: {
          aps: { sound: "default", category: "reply", "thread-id": "SC_alice_bob", "mutable-content": 1 },
          parley: { kind: "message", sessionId: "SC_alice_bob", seqId: 7, uri: "chat://alice", data: { order: "7" } },
        },
      },
    });
  });

  it("keeps a push for its time to live, or tries once", async () => {
    const expiration = () => Number(bench.sent.at(-1)?.headers["apns-expiration"]);
    await push();
    expect(expiration()).toBe(Math.floor(Date.now() / 1000) + 3600);
    await provider.send({ message: aMessage({ ttlSeconds: 0, priority: "normal" }), targets: [phone()] });
    expect(expiration()).toBe(0);
    expect(bench.sent.at(-1)?.headers["apns-priority"]).toBe("5");
  });

  it("takes collapse ids and bodies of any length", async () => {
    const message = aMessage({ collapseId: `GC_${"x".repeat(100)}.7`, body: "长".repeat(5000) });
    expect(await provider.send({ message, targets: [phone()] })).toMatchObject([{ kind: "sent" }]);
    const { body, headers } = bench.sent.at(-1) ?? {};
    expect(Buffer.byteLength(String(body))).toBeGreaterThan(4090);
    expect(headers?.["apns-collapse-id"]?.length).toBeLessThanOrEqual(64);
  });

  it("sends a retry under the same id", async () => {
    bench.simulator.order({ fault: { kind: "error", code: "ServiceUnavailable" }, times: 1 });
    expect(await push()).toMatchObject({ kind: "retry" });
    expect(await push()).toMatchObject({ kind: "sent" });
    expect(bench.sent.at(-1)?.headers["apns-id"]).toBe(bench.sent.at(-2)?.headers["apns-id"]);
    expect((await push(phone({ tokenId: "token-2" })))?.kind).toBe("sent");
    expect(bench.sent.at(-1)?.headers["apns-id"]).not.toBe(bench.sent.at(-2)?.headers["apns-id"]);
  });

  it("withdraws in the background, under the collapse id of the message", async () => {
    await push();
    const shown = last();
    expect(await provider.withdraw(aWithdrawal(phone()))).toMatchObject([{ kind: "sent" }]);
    expect(last()).toMatchObject({ kind: "withdrawn", badge: 2, collapseId: shown?.collapseId });
    expect(last()?.raw).toMatchObject({
      headers: { "apns-push-type": "background", "apns-priority": "5" },
      payload: { aps: { "content-available": 1 }, parley: { kind: "withdraw", seqId: 7 } },
    });
  });

  it("sends development builds to the sandbox", async () => {
    const { apps } = bench.vendor.settings(bench.simulator.http2.url);
    const hosts: string[] = [];
    const http = async ({ url }: { url: string }) => {
      hosts.push(new URL(url).host);
      return { status: 200, headers: {}, body: "" };
    };
    provider = new ApnsProvider({ apps }, { ...bench.ports, http });
    await provider.send({ message: aMessage(), targets: [phone(), phone({ sandbox: true })] });
    expect(hosts).toEqual(["api.push.apple.com", "api.sandbox.push.apple.com"]);
  });
});

describe("the provider token of APNs", () => {
  it("names key and team, and serves all pushes for 50 minutes", async () => {
    await Promise.all([push(), push(), push()]);
    const first = bearerOf(-1);
    expect(decodeProtectedHeader(first)).toEqual({ alg: "ES256", kid: bench.vendor.key.keyId });
    expect(decodeJwt(first)).toEqual({ iss: bench.vendor.key.teamId, iat: expect.any(Number) });
    expect(new Set([bearerOf(-1), bearerOf(-2), bearerOf(-3)]).size).toBe(1);
    bench.advance(49 * MINUTE_MS);
    await push();
    expect(bearerOf(-1)).toBe(first);
    bench.advance(MINUTE_MS);
    await push();
    expect(bearerOf(-1)).not.toBe(first);
    bench.advance(-50 * MINUTE_MS);
  });

  it("is made anew when Apple calls it expired, but not more often than Apple allows", async () => {
    await push();
    bench.simulator.order({ fault: { kind: "error", code: "ExpiredProviderToken" }, times: 2 });
    expect(await push()).toEqual({ kind: "configError", reason: "ExpiredProviderToken:clock" });
    const young = bearerOf(-1);
    bench.advance(21 * MINUTE_MS);
    expect(await push()).toEqual({ kind: "refreshCredential", reason: "ExpiredProviderToken" });
    expect(bearerOf(-1)).toBe(young);
    bench.advance(-21 * MINUTE_MS);
    await push();
    expect(bearerOf(-1)).not.toBe(young);
  });

  it("of a key that is none is a fault of configuration", async () => {
    const key = { teamId: "T", keyId: "K", privateKey: "no key" };
    provider = new ApnsProvider({ apps: new Map([[PACKAGE, key]]) }, bench.ports);
    expect(await push()).toEqual({ kind: "configError", reason: "apns:unusable-key" });
  });

  it("of a stranger's key is a fault of configuration", async () => {
    const stranger = await SimulatedApns.create([PACKAGE]);
    provider = new ApnsProvider(
      { ...bench.vendor.settings(bench.simulator.http2.url), apps: stranger.settings("").apps },
      bench.ports,
    );
    expect(await push()).toEqual({ kind: "configError", reason: "InvalidProviderToken" });
  });
});

describe("an answer of APNs", () => {
  const kinds = {
    drop: "dropToken",
    retry: "retry",
    refresh: "configError",
    config: "configError",
    giveUp: "giveUp",
  } as const;

  it.each([
    ["BadCollapseId", "giveUp"],
    ["BadDeviceToken", "drop"],
    ["BadExpirationDate", "giveUp"],
    ["BadMessageId", "giveUp"],
    ["BadPriority", "giveUp"],
    ["BadTopic", "config"],
    ["DeviceTokenNotForTopic", "drop"],
    ["DuplicateHeaders", "giveUp"],
    ["IdleTimeout", "retry"],
    ["InvalidPushType", "giveUp"],
    ["MissingDeviceToken", "drop"],
    ["MissingTopic", "config"],
    ["PayloadEmpty", "giveUp"],
    ["TopicDisallowed", "config"],
    ["BadCertificate", "config"],
    ["BadCertificateEnvironment", "config"],
    // A young token: with an old one it is refreshed, see above.
    ["ExpiredProviderToken", "refresh"],
    ["Forbidden", "config"],
    ["InvalidProviderToken", "config"],
    ["MissingProviderToken", "config"],
    ["UnrelatedKeyIdInToken", "config"],
    ["BadEnvironmentKeyIdInToken", "config"],
    ["BadEnvironmentKeyInToken", "config"],
    ["BadPath", "config"],
    ["MethodNotAllowed", "config"],
    ["ExpiredToken", "drop"],
    ["Unregistered", "drop"],
    ["PayloadTooLarge", "giveUp"],
    ["TooManyProviderTokenUpdates", "retry"],
    ["TooManyRequests", "retry"],
    ["InternalServerError", "retry"],
    ["ServiceUnavailable", "retry"],
    ["Shutdown", "retry"],
  ] as const)("%s → %s", async (reason, action) => {
    bench.simulator.order({ fault: { kind: "error", code: reason } });
    expect((await push())?.kind).toBe(kinds[action]);
  });

  it("is known for each reason, and each is tested above", () => {
    expect(Object.keys(APNS_REASONS)).toHaveLength(33);
  });

  it.each([
    ["TooManyProviderTokenUpdates", 20 * MINUTE_MS],
    ["TooManyRequests", MINUTE_MS],
  ])("%s asks for a pause", async (code, afterMs) => {
    bench.simulator.order({ fault: { kind: "error", code } });
    expect(await push()).toMatchObject({ afterMs });
  });

  it.each([
    [400, "giveUp"],
    [403, "configError"],
    [404, "configError"],
    [410, "dropToken"],
    [429, "retry"],
    [502, "retry"],
    [504, "retry"],
  ])("that is none of Apple's, with status %i → %s", async (status, kind) => {
    const answer = { status, body: "<html>a gateway</html>" };
    bench.simulator.order({ fault: { kind: "answer", answer } });
    expect(await push()).toMatchObject({ kind, reason: `http:${status}` });
  });

  it("about a dead token says since when, and a token registered later stays", async () => {
    const diedAtMs = 1_700_000_000_000;
    bench.simulator.order({ fault: { kind: "error", code: `Unregistered@${diedAtMs}` } });
    expect(await push(phone({ registeredAtMs: diedAtMs }))).toEqual({
      kind: "dropToken",
      reason: "Unregistered",
      invalidSinceMs: diedAtMs,
    });
    expect(await push(phone({ registeredAtMs: diedAtMs + 1 }))).toMatchObject({ kind: "retry", afterMs: MINUTE_MS });
  });

  it.each([
    ["drop", "http:lost"],
    ["refuse", "http:refused"],
  ] as const)("that never comes (%s) → retry", async (kind, reason) => {
    bench.simulator.order({ fault: { kind } });
    expect(await push()).toEqual({ kind: "retry", reason });
  });

  it("is not needed where there is nothing to ask", async () => {
    expect(await push(phone({ packageName: "org.example.other" }))).toEqual({
      kind: "configError",
      reason: "apns:unknown-package",
    });
    const subscription = { kind: "subscription", endpoint: "https://x", p256dh: "", auth: "" } as const;
    expect(await push(phone({ address: subscription }))).toEqual({ kind: "dropToken", reason: "apns:no-token" });
  });
});
