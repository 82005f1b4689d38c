import { beforeEach, describe, expect, it, vi } from "vitest";
import { KEY, SimHttp } from "../../test/sim/http.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

const hello = { packId: "p", from: "alice", to: "bob", content: "hello" };
const PAGE = "https://app.example.com";

async function preflight(server: SimHttp, origin: string): Promise<Headers> {
  const headers = { Origin: origin, "Access-Control-Request-Method": "POST" };
  return (await server.raw("/v1/messages", { method: "OPTIONS", headers })).headers;
}

describe("every answer", () => {
  it.each(["/healthz", "/openapi.json", "/v1/nothing"])("of %s is for its asker alone", async (path) => {
    const { headers } = await http.raw(path);
    expect(headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Referrer-Policy")).toBe("no-referrer");
  });

  it("that holds a user's data is not stored on its way, also when it is an error", async () => {
    for (const body of [hello, {}]) {
      const { headers } = await http.post("/v1/messages", KEY, body);
      expect(headers.get("Cache-Control")).toBe("no-store");
    }
  });
});

describe("web pages of other origins", () => {
  it("are kept out unless they are named", async () => {
    expect((await preflight(http, PAGE)).get("Access-Control-Allow-Origin")).toBeNull();
    const named = new SimHttp({ PARLEY_CORS_ORIGINS: `${PAGE}, https://other.example.com` });
    const allowed = await preflight(named, PAGE);
    expect(allowed.get("Access-Control-Allow-Origin")).toBe(PAGE);
    expect(allowed.get("Access-Control-Allow-Headers")).toContain("Idempotency-Key");
    expect((await preflight(named, "https://evil.example.com")).get("Access-Control-Allow-Origin")).toBeNull();
    const all = new SimHttp({ PARLEY_CORS_ORIGINS: "*" });
    expect((await preflight(all, "https://evil.example.com")).get("Access-Control-Allow-Origin")).toBe("*");
  });

  it("see problems as well", async () => {
    const named = new SimHttp({ PARLEY_CORS_ORIGINS: PAGE });
    const { status, headers } = await named.raw("/v1/messages", { method: "POST", headers: { Origin: PAGE } });
    expect([status, headers.get("Access-Control-Allow-Origin")]).toEqual([401, PAGE]);
  });

  it.each(["app.example.com", "https://app.example.com/path", "https://app.example.com/"])("are not %s", (origin) => {
    expect(() => new SimHttp({ PARLEY_CORS_ORIGINS: origin })).toThrow("PARLEY_CORS_ORIGINS");
  });
});

describe("a request", () => {
  it("that takes too long is told so", async () => {
    vi.useFakeTimers();
    try {
      const slow = new SimHttp({ PARLEY_REQUEST_TIMEOUT_SECONDS: "2" }, { call: () => new Promise(() => {}) });
      const answer = slow.post("/v1/messages", KEY, hello);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await answer).toMatchObject({ status: 504, body: { name: "SEND_TIMED_OUT" } });
      expect(slow.faults).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is taken as JSON, whatever it says it is", async () => {
    const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await http.raw("/v1/messages", { method: "POST", headers, body: JSON.stringify(hello) });
    expect(answer.status).toBe(200);
  });
});

describe("readiness", () => {
  it("is that rooms answer", async () => {
    expect((await http.raw("/readyz")).status).toBe(200);
    const dead = new SimHttp({}, { call: async () => ({ ok: false, error: "DATABASE", message: "" }) });
    expect((await dead.raw("/readyz")).status).toBe(503);
    expect((await dead.raw("/healthz")).status).toBe(200);
  });
});
