import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { Measures } from "../../kernel/measures.ts";
import type { PostCall } from "../../protocol/rpc/hook-service-call.ts";
import { HttpFailure, type HttpRequest, type HttpResponse } from "../http.ts";
import { type GuardPolicy, urlFault } from "./address-guard.ts";
import { hookService } from "./hook-service.ts";
import { isPublicAddress } from "./public-address.ts";
import { secretOf } from "./signature.ts";

const STRICT: GuardPolicy = { allowsAll: false, allowedOrigins: [] };
const secret = (fill: number) => secretOf(new Uint8Array(32).fill(fill));

const call: PostCall = {
  type: "post",
  url: "https://hooks.example/parley",
  secrets: [secret(1)],
  id: "msg_1",
  body: JSON.stringify({ type: "message.sent", text: "Grüße 👋" }),
  timeoutMs: 1_000,
};

/** Posts through the service, to a receiver that is a function. */
async function post(
  given: Partial<PostCall> = {},
  answer: (request: HttpRequest) => HttpResponse = () => ({ status: 204, headers: {}, body: "" }),
  guard: { policy?: GuardPolicy; addresses?: readonly string[] } = {},
) {
  const requests: HttpRequest[] = [];
  const service = hookService({
    http: async (request) => {
      requests.push(request);
      return answer(request);
    },
    clock: { nowMs: () => Date.now() },
    measures: new Measures({ steadyMs: () => 0 }),
    policy: guard.policy ?? STRICT,
    resolve: async () => guard.addresses ?? ["93.184.215.14"],
  });
  return { outcome: await service({ ...call, ...given }), requests };
}

describe("a post to a receiver", () => {
  it("is signed as the library of Standard Webhooks checks it, with every secret", async () => {
    const { requests } = await post({ secrets: [secret(1), secret(2)] });
    const [request] = requests;
    const body = String(request?.body);
    for (const known of [secret(1), secret(2)])
      expect(new Webhook(known).verify(body, { ...request?.headers })).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret(3)).verify(body, { ...request?.headers })).toThrow();
    expect(() => new Webhook(secret(1)).verify(`${body} `, { ...request?.headers })).toThrow();
  });

  it("answers with the status, and with when to come again", async () => {
    const { outcome } = await post({}, () => ({ status: 503, headers: { "retry-after": "7" }, body: "" }));
    expect(outcome).toMatchObject({ ok: true, value: { kind: "answered", status: 503, retryAfterMs: 7_000 } });
  });

  it.each(["refused", "timeout", "lost"] as const)("says that there was no answer: %s", async (why) => {
    const { outcome } = await post({}, () => {
      throw new HttpFailure(why);
    });
    expect(outcome).toMatchObject({ ok: true, value: { kind: "unanswered", why } });
  });

  it("never rejects", async () => {
    const { outcome } = await post({}, () => {
      throw new TypeError("broken");
    });
    expect(outcome).toMatchObject({ ok: true, value: { kind: "unanswered", why: "lost" } });
  });

  it("goes to no private address, whatever the name says, unless that origin is allowed", async () => {
    for (const addresses of [["10.0.0.1"], ["93.184.215.14", "::1"]]) {
      const { outcome, requests } = await post({}, undefined, { addresses });
      expect(outcome).toMatchObject({ value: { kind: "unanswered", why: "forbidden" } });
      expect(requests).toEqual([]);
    }
    const policy = { allowsAll: false, allowedOrigins: ["http://bot.internal:8080"] };
    const { requests } = await post({ url: "http://bot.internal:8080/x" }, undefined, {
      policy,
      addresses: ["10.0.0.1"],
    });
    expect(requests).toHaveLength(1);
  });
});

describe("the address of an endpoint", () => {
  it.each([
    ["http://hooks.example/", "needs https"],
    ["ftp://hooks.example/", "needs https"],
    ["https://user:secret@hooks.example/", "has credentials in it"],
    ["https://localhost/", "its host is not public"],
    ["https://printer.local/", "its host is not public"],
    ["https://db.internal./", "its host is not public"],
    ["https://intranet/", "its host is not public"],
    ["https://127.0.0.1/", "its host is not public"],
    ["https://2130706433/", "its host is not public"],
    ["https://0x7f.1/", "its host is not public"],
    ["https://[::1]/", "its host is not public"],
    ["https://[::ffff:10.1.2.3]/", "its host is not public"],
    ["https://[64:ff9b::10.1.2.3]/", "its host is not public"],
    ["https://169.254.169.254/latest/meta-data/", "its host is not public"],
    ["https://hooks.example/", undefined],
    ["https://8.8.8.8/", undefined],
    ["https://[2606:4700::1111]/", undefined],
  ])("%s: %s", (url, fault) => {
    expect(urlFault(url, STRICT)).toBe(fault);
  });

  it("may be any in development", () => {
    expect(urlFault("http://localhost:3000/", { allowsAll: true, allowedOrigins: [] })).toBeUndefined();
  });

  it.each([
    ["1.1.1.1", true],
    ["100.64.0.1", false],
    ["172.15.255.255", true],
    ["172.31.0.1", false],
    ["192.168.1.1", false],
    ["198.19.0.1", false],
    ["255.255.255.255", false],
    ["2001:db8::1", false],
    ["2002:0a00:0001::", false],
    ["fe80::1", false],
    ["fd00::1", false],
    ["2a00:1450:4001:81b::200e", true],
    ["256.1.1.1", false],
    ["nonsense", false],
  ])("%s is public: %s", (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });
});
