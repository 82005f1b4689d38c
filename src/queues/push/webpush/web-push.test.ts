import { decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aMessage, aTarget, aWithdrawal, type PushBench, pushBench } from "../../../../test/support/push.ts";
import { publicKeyOf, SimulatedWebPush } from "../../../hosts/native/push-simulator/web-push.ts";
import { isPushEndpoint } from "../../../protocol/push-endpoint.ts";
import type { PushAddress, PushMessage, PushTarget } from "../provider.ts";
import { WebPushProvider } from "./web-push.ts";

const SITE = "chat.example.org";
const HOUR_MS = 3_600_000;

let bench: PushBench<SimulatedWebPush>;
let provider: WebPushProvider;
let browser: PushTarget;

const at = (address: PushAddress) => aTarget({ packageName: SITE, address });
const push = async (target = browser, changes: Partial<PushMessage> = {}) =>
  (await provider.send({ message: aMessage(changes), targets: [target] }))[0];
const last = () => bench.simulator.deliveries.at(-1);
const tokenOf = (index: number) => /t=([^,]+)/.exec(bench.sent.at(index)?.headers.authorization ?? "")?.[1] ?? "";

beforeAll(async () => {
  bench = await pushBench(await SimulatedWebPush.create([SITE]));
  browser = at(bench.vendor.subscribe(bench.simulator.url));
});
beforeEach(() => {
  bench.simulator.behave();
  provider = new WebPushProvider(bench.vendor.settings(bench.simulator.url), bench.ports);
});
afterAll(() => bench.close());

describe("Web Push", () => {
  it("shows the message in the browser that alone can read it", async () => {
    expect(await push(browser, { uri: "/alice" })).toEqual({
      kind: "sent",
      providerMessageId: expect.stringContaining("/message/"),
    });
    expect(last()).toMatchObject({
      kind: "shown",
      title: "Alice",
      body: "Hello Bob",
      badge: 3,
      raw: {
        headers: { ttl: "3600", urgency: "high", topic: expect.stringMatching(/^[\w-]{32}$/) },
        payload: { silent: false, parley: { kind: "message", sessionId: "SC_alice_bob", seqId: 7, uri: "/alice" } },
      },
    });
  });

  it("pads short messages to one length, and takes bodies of any length", async () => {
    const lengths = [];
    for (const body of ["short", "a little longer", "长".repeat(5000)]) {
      expect((await push(browser, { body }))?.kind).toBe("sent");
      lengths.push(bench.sent.at(-1)?.body?.length);
    }
    expect(lengths).toEqual([359, 359, 4096]);
    expect(last()?.body?.length).toBeGreaterThan(1000);
  });

  it("withdraws under the topic of the message", async () => {
    await push();
    const topic = bench.sent.at(-1)?.headers.topic;
    expect(await provider.withdraw(aWithdrawal(browser))).toMatchObject([{ kind: "sent" }]);
    expect(last()).toMatchObject({ kind: "withdrawn", badge: 2, collapseId: "SC_alice_bob.7" });
    expect(bench.sent.at(-1)?.headers.topic).toBe(topic);
  });
});

describe("VAPID", () => {
  it("is checked here as in the example of RFC 8292, section 2.4", async () => {
    const token =
      "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
    const key = await publicKeyOf(
      "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs",
    );
    const { payload } = await jwtVerify(token, key, { currentDate: new Date(1453523000_000) });
    expect(payload).toMatchObject({ aud: "https://push.example.net", sub: "mailto:push@example.com" });
  });

  it("names the origin of the push service and expires within a day", async () => {
    await push();
    const { aud, exp = 0, sub } = decodeJwt(tokenOf(-1));
    expect({ aud, sub }).toEqual({ aud: bench.simulator.url, sub: "mailto:operator@example.org" });
    expect(exp * 1000 - Date.now()).toBeLessThanOrEqual(24 * HOUR_MS);
  });

  it("is made once for each origin, and again an hour before it expires", async () => {
    await Promise.all([push(), push()]);
    const first = tokenOf(-1);
    expect(tokenOf(-2)).toBe(first);
    bench.advance(10 * HOUR_MS);
    await push();
    expect(tokenOf(-1)).toBe(first);
    bench.advance(HOUR_MS);
    await push();
    expect(tokenOf(-1)).not.toBe(first);
    bench.advance(-11 * HOUR_MS);
  });

  it("of a subscription to another key is refused → configError", async () => {
    const stranger = await SimulatedWebPush.create([SITE]);
    const foreign = at(bench.vendor.subscribe(bench.simulator.url, stranger.keys.publicKey));
    expect(await push(foreign)).toEqual({ kind: "configError", reason: "http:403" });
  });

  it("of a key that is none is a fault of configuration", async () => {
    const apps = new Map([[SITE, { ...bench.vendor.keys, privateKey: "no key" }]]);
    provider = new WebPushProvider({ ...bench.vendor.settings(bench.simulator.url), apps }, bench.ports);
    expect(await push()).toEqual({ kind: "configError", reason: "webpush:unusable-key" });
  });
});

describe("an answer of a push service", () => {
  it.each([
    ["200", { kind: "sent" }],
    ["201", { kind: "sent" }],
    ["202", { kind: "sent" }],
    ["301", { kind: "giveUp", reason: "http:301" }],
    ["400", { kind: "giveUp", reason: "http:400" }],
    ["401", { kind: "refreshCredential", reason: "http:401" }],
    ["403", { kind: "configError", reason: "http:403" }],
    ["404", { kind: "dropToken", reason: "http:404" }],
    ["406:30", { kind: "retry", reason: "http:406", afterMs: 30_000 }],
    ["408", { kind: "retry", reason: "http:408" }],
    ["410", { kind: "dropToken", reason: "http:410" }],
    ["413", { kind: "giveUp", reason: "http:413" }],
    ["429", { kind: "retry", reason: "http:429" }],
    ["429:120", { kind: "retry", reason: "http:429", afterMs: 120_000 }],
    ["500", { kind: "retry", reason: "http:500" }],
    ["503:5", { kind: "retry", reason: "http:503", afterMs: 5000 }],
  ])("%s → %j", async (code, outcome) => {
    bench.simulator.order({ fault: { kind: "error", code } });
    expect(await push()).toEqual(outcome);
  });

  it("may name a date to come back at", async () => {
    const date = new Date(Date.now() + HOUR_MS).toUTCString();
    bench.simulator.order({ fault: { kind: "error", code: `503:${date}` } });
    const outcome = await push();
    if (outcome?.kind !== "retry") expect.unreachable();
    expect(Math.abs((outcome.afterMs ?? 0) - HOUR_MS)).toBeLessThan(HOUR_MS / 10);
  });

  it("is not asked for at addresses that are none", async () => {
    expect(await push(at({ kind: "token", token: "t" }))).toEqual({
      kind: "dropToken",
      reason: "webpush:bad-endpoint",
    });
    const subscription = bench.vendor.subscribe(bench.simulator.url);
    const sent = bench.sent.length;
    expect(await push(at({ ...subscription, endpoint: "http://127.0.0.1:1/push" }))).toEqual({
      kind: "dropToken",
      reason: "webpush:bad-endpoint",
    });
    expect(await push(at({ ...subscription, p256dh: "AAAA" }))).toEqual({
      kind: "dropToken",
      reason: "webpush:unusable-keys",
    });
    expect(bench.sent.length).toBe(sent);
  });
});

describe("the endpoint of a subscription", () => {
  it.each([
    "https://fcm.googleapis.com/fcm/send/abc",
    "https://updates.push.services.mozilla.com/wpush/v2/abc",
    "https://web.push.apple.com/abc",
    "https://wns2-by3p.notify.windows.com/w/?token=abc",
  ])("is at a known service: %s", (endpoint) => {
    expect(isPushEndpoint(endpoint)).toBe(true);
  });

  it.each([
    "http://fcm.googleapis.com/fcm/send/abc",
    "https://fcm.googleapis.com:8443/abc",
    "https://fcm.googleapis.com@10.0.0.1/abc",
    "https://user@fcm.googleapis.com/abc",
    "https://evil-fcm.googleapis.com.example.org/abc",
    "https://notify.windows.com.example.org/abc",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/abc",
    "file:///etc/passwd",
    "nonsense",
  ])("is refused anywhere else: %s", (endpoint) => {
    expect(isPushEndpoint(endpoint)).toBe(false);
  });
});
