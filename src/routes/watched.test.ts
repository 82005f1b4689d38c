import { describe, expect, it } from "vitest";
import { KEY, SimHttp } from "../../test/sim/http.ts";
import { readOpenMetrics, sampleOf } from "../../test/support/open-metrics.ts";
import { OPEN_METRICS_TYPE } from "../kernel/metrics.ts";

const METRICS_KEY = "metrics-key-0123456789-abcdefghijklmnop";
const asked = (http: SimHttp, key?: string) =>
  http.raw("/metrics", key === undefined ? {} : { headers: { Authorization: `Bearer ${key}` } });

describe("GET /metrics", () => {
  it("is for its key, and for no app's", async () => {
    const http = new SimHttp({ PARLEY_METRICS_KEY: METRICS_KEY });
    expect((await asked(http)).status).toBe(401);
    expect((await asked(http, KEY)).status).toBe(401);
    expect((await asked(http, `${METRICS_KEY}x`)).status).toBe(401);
    const answer = await asked(http, METRICS_KEY);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe(OPEN_METRICS_TYPE);
  });

  it("is not there without a key, except in development", async () => {
    expect((await asked(new SimHttp())).status).toBe(404);
    expect((await asked(new SimHttp({ PARLEY_ENV: "development" }))).status).toBe(200);
  });

  it("does not take a weak key", () => {
    expect(() => new SimHttp({ PARLEY_METRICS_KEY: "weak" })).toThrow("PARLEY_METRICS_KEY");
  });

  it("has the requests by route and status, and nothing of what clients made up", async () => {
    const http = new SimHttp({ PARLEY_METRICS_KEY: METRICS_KEY });
    await http.post("/v1/messages", KEY, { packId: "1", from: "alice", to: "bob", content: "hello" });
    await http.post("/v1/messages", KEY, { packId: "2", from: "alice", to: "bob", content: "" });
    await http.get("/v1/sessions/SC_alice_bob/messages", KEY);
    await http.get("/v1/sessions/SC_alice_bob/messages", "made-up");
    await http.raw("/made/up");
    await http.raw("/v1/made-up");
    await http.raw("/v1/messages", { method: "BREW" });
    const text = await (await asked(http, METRICS_KEY)).text();
    const families = readOpenMetrics(text);
    const count = (method: string, route: string, status: string) =>
      sampleOf(families, "parley_http_request_duration_seconds_count", { method, route, status });
    expect(count("POST", "/v1/messages", "200")).toBe(1);
    expect(count("POST", "/v1/messages", "400")).toBe(1);
    expect(count("GET", "/v1/sessions/:sessionId/messages", "200")).toBe(1);
    expect(count("GET", "/v1/sessions/:sessionId/messages", "401")).toBe(1);
    expect(count("GET", "none", "404")).toBe(1);
    expect(text).not.toMatch(/made-up|alice|BREW/);
  });
});

describe("what is written down of a request", () => {
  it("is a line with its route and id, which the answer tells as well", async () => {
    const http = new SimHttp();
    const sent = await http.post("/v1/messages", KEY, { packId: "1", from: "alice", to: "bob", content: "secret" });
    const requestId = sent.headers.get("X-Request-Id");
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    await http.raw("/v1/users/alice", { headers: { "X-Request-Id": "from-my-proxy" } });
    await http.raw("/nowhere", { headers: { "X-Request-Id": "not an id" } });
    expect(http.logged).toMatchObject([
      { what: "request", method: "POST", route: "/v1/messages", status: 200, app: "main", requestId },
      { what: "request", method: "GET", route: "/v1/users/:userId", status: 401, requestId: "from-my-proxy" },
      { what: "request", method: "GET", route: "none", status: 404, requestId: expect.not.stringContaining(" ") },
    ]);
    expect(JSON.stringify(http.logged)).not.toMatch(/secret|alice|sk_/);
  });

  it("says of an upgrade that it was one, and adds nothing to its answer", async () => {
    const http = new SimHttp();
    const answer = await http.raw("/v1/connect", { headers: { Upgrade: "websocket" } });
    expect(answer.headers.get("X-Request-Id")).toBeNull();
    expect(http.logged).toMatchObject([{ route: "/v1/connect", status: 101 }]);
  });
});
