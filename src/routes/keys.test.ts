import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, KEY, OTHER_KEY, ROOT_KEY, SimHttp } from "../../test/sim/http.ts";
import { CLOSE } from "../protocol/close-codes.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

interface Made {
  readonly id: string;
  readonly key: string;
}

async function make(body: object, { by = KEY, request }: { by?: string; request?: string } = {}): Promise<Made> {
  const answer = await ask("POST", "/v1/keys", { by, body: { name: "k", ...body }, request });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as unknown as Made; // SAFETY: what the route answers
}

async function ask(
  method: string,
  path: string,
  { by, body, request }: { by: string; body?: object; request?: string | undefined },
): Promise<Answer> {
  const headers = {
    Authorization: `Bearer ${by}`,
    "Content-Type": "application/json",
    ...(request === undefined ? {} : { "Idempotency-Key": request }),
  };
  const response = await http.raw(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer["body"] }; // SAFETY: every route answers with a JSON object
}
const look = (by: string) => ask("GET", "/v1/users/alice", { by });

describe("API keys", () => {
  it("do what their scopes allow, in their app, until they are revoked", async () => {
    const { id, key } = await make({ scopes: ["users:read"] });
    expect(await look(key)).toMatchObject({ status: 200 });
    expect(await ask("PATCH", "/v1/users/alice", { by: key, body: {} })).toMatchObject({
      status: 403,
      body: { name: "SCOPE_MISSING", code: 130 },
    });
    expect(await ask("GET", "/v1/keys", { by: key })).toMatchObject({ status: 403 });
    expect(await look(key.replace("ak_main", "ak_other"))).toMatchObject({ status: 401 });
    expect(await look(`${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`)).toMatchObject({ status: 401 });
    expect(await ask("DELETE", `/v1/keys/${id}`, { by: KEY })).toMatchObject({ status: 200 });
    expect(await look(key)).toMatchObject({ status: 401, body: { name: "BAD_CREDENTIALS" } });
    expect(await ask("DELETE", `/v1/keys/${id}`, { by: KEY })).toMatchObject({
      status: 404,
      body: { name: "NO_SUCH_KEY" },
    });
  });

  it("with every scope administer nothing, unless they may", async () => {
    const all = await make({ scopes: ["*"] });
    expect(await look(all.key)).toMatchObject({ status: 200 });
    expect(await ask("GET", "/v1/audit", { by: all.key })).toMatchObject({ status: 403 });
    const admin = await make({ scopes: ["admin"] });
    expect(await look(admin.key)).toMatchObject({ status: 403 });
    const child = await make({ scopes: ["users:read"] }, { by: admin.key });
    expect(await look(child.key)).toMatchObject({ status: 200 });
    expect(await ask("GET", "/v1/audit", { by: admin.key })).toMatchObject({
      body: {
        records: [{ by: admin.id, action: "key.create", about: child.id }, { by: "deployment" }, { by: "deployment" }],
      },
    });
  });

  it("are not kept, and given again to who repeats the request", async () => {
    const body = { scopes: ["users:read"], expiresAt: http.world.nowMs + 1_000 };
    const made = await make(body, { request: "r" });
    http.world.nowMs += 5;
    expect(await make(body, { request: "r" })).toEqual(made);
    expect(await ask("POST", "/v1/keys", { by: KEY, body: { name: "k", scopes: ["*"] }, request: "r" })).toMatchObject({
      status: 409,
      body: { name: "PACK_CONFLICT" },
    });
    const listed = JSON.stringify((await ask("GET", "/v1/keys", { by: KEY })).body);
    expect(listed).toContain(made.id);
    const secret = made.key.slice(-43);
    expect(listed).not.toContain(secret);
    expect(
      JSON.stringify(http.world.storage.forRoom("main/app").prepare("SELECT * FROM app_sections").all()),
    ).not.toContain(secret);
    expect((await make({ scopes: ["users:read"] }, { by: OTHER_KEY, request: "r" })).id).not.toBe(made.id);
  });

  it("end when they say", async () => {
    const { key } = await make({ scopes: ["users:read"], expiresAt: http.world.nowMs + 1_000 });
    http.world.nowMs += 999;
    expect(await look(key)).toMatchObject({ status: 200 });
    http.world.nowMs += 1;
    expect(await look(key)).toMatchObject({ status: 401 });
  });

  it("have no scope that nothing asks for", async () => {
    expect(await ask("POST", "/v1/keys", { by: KEY, body: { name: "k", scopes: ["user:read"] } })).toMatchObject({
      status: 400,
      body: { name: "BAD_PARAMETER" },
    });
  });

  it("ask as often as they may, each for itself", async () => {
    const [slow, other] = [
      await make({ scopes: ["*"], rate: { perSecond: 0.5, burst: 2 } }),
      await make({ scopes: ["*"] }),
    ];
    const first = await look(slow.key);
    expect(first.headers.get("RateLimit-Policy")).toBe('"key";q=2;w=4');
    expect(first.headers.get("RateLimit")).toBe('"key";r=1;t=2');
    expect(await look(slow.key)).toMatchObject({ status: 200 });
    const refused = await look(slow.key);
    expect(refused).toMatchObject({ status: 429, body: { name: "RATE_LIMITED" } });
    expect([refused.headers.get("Retry-After"), refused.headers.get("RateLimit")]).toEqual(["2", '"key";r=0;t=4']);
    expect(await look(other.key)).toMatchObject({ status: 200 });
    http.world.nowMs += 2_000;
    expect(await look(slow.key)).toMatchObject({ status: 200 });
    expect((await look(KEY)).headers.get("RateLimit")).toBeNull();
  });
});

describe("apps", () => {
  const create = (app: string, request?: string) =>
    ask("POST", "/v1/apps", { by: ROOT_KEY, body: { app, name: "Acme" }, request });

  it("are created by whoever runs the deployment, with a first key that does everything in them", async () => {
    const { body } = await create("acme--eu", "r");
    expect(body).toMatchObject({ app: "acme--eu", name: "Acme", status: "active", jurisdiction: "eu", policy: {} });
    const key = String(body.key);
    expect((await create("acme--eu", "r")).body).toEqual(body);
    expect(await create("acme--eu", "s")).toMatchObject({ status: 409, body: { name: "APP_EXISTS" } });
    expect(await create("main")).toMatchObject({ status: 409 });
    expect(await look(key)).toMatchObject({ status: 200 });
    await make({ scopes: ["users:read"] }, { by: key });
    expect((await ask("GET", "/v1/apps", { by: ROOT_KEY })).body).toMatchObject({
      apps: [{ app: "acme--eu" }],
      more: false,
    });
    for (const by of [KEY, key]) expect(await ask("GET", "/v1/apps", { by })).toMatchObject({ status: 401 });
    expect(await look(ROOT_KEY)).toMatchObject({ status: 401 });
    const closed = new SimHttp({ PARLEY_ROOT_KEY: undefined });
    expect(await closed.get("/v1/apps", "undefined")).toMatchObject({ status: 401 });
  });

  it("are configured and read; an unknown one is none", async () => {
    await create("acme");
    const policy = { messages: "friends" };
    expect(await ask("PUT", "/v1/apps/acme/policy", { by: ROOT_KEY, body: policy })).toMatchObject({
      body: { policy },
    });
    expect(await ask("GET", "/v1/apps/main", { by: ROOT_KEY })).toMatchObject({ body: { app: "main", policy: {} } });
    for (const path of ["/v1/apps/nobody", "/v1/apps/nobody/suspend"])
      expect(await ask(path.endsWith("d") ? "POST" : "GET", path, { by: ROOT_KEY })).toMatchObject({ status: 404 });
  });

  it("are suspended as a whole, and alone, and go on where they were", async () => {
    const { token } = (await http.post("/v1/tokens", KEY, { userId: "alice" })).body;
    const connect = async () => {
      const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": `parley.v1.json, bearer.${token}` };
      await http.raw("/v1/connect?deviceId=d&deviceType=web", { headers });
      return http.openings.at(-1);
    };
    expect(await connect()).toMatchObject({ kind: "accept" });
    expect(await ask("POST", "/v1/apps/main/suspend", { by: ROOT_KEY })).toMatchObject({
      body: { status: "suspended" },
    });
    for (const by of [KEY, String(token)])
      expect(await look(by)).toMatchObject({ status: 403, body: { name: "APP_SUSPENDED", code: 131 } });
    expect(await connect()).toMatchObject({ kind: "refuse", code: CLOSE.APP_SUSPENDED });
    expect(await look(OTHER_KEY)).toMatchObject({ status: 200 });
    expect(await ask("POST", "/v1/apps/main/resume", { by: ROOT_KEY })).toMatchObject({ body: { status: "active" } });
    expect(await look(KEY)).toMatchObject({ status: 200 });
    expect((await ask("GET", "/v1/audit", { by: KEY })).body).toMatchObject({
      records: [
        { by: "root", action: "app.active" },
        { by: "root", action: "app.suspended" },
      ],
    });
  });
});

it("a banned user is out at once, and in again when the ban is lifted", async () => {
  const { token } = (await http.post("/v1/tokens", KEY, { userId: "alice" })).body;
  expect(await look(String(token))).toMatchObject({ status: 200 });
  expect(await ask("PUT", "/v1/users/alice/ban", { by: KEY, body: { reason: "spam" } })).toMatchObject({ status: 200 });
  expect(await look(String(token))).toMatchObject({ status: 403, body: { name: "USER_BANNED", code: 135 } });
  expect(await ask("GET", "/v1/users/alice/ban", { by: KEY })).toMatchObject({ body: { ban: { reason: "spam" } } });
  expect(await ask("DELETE", "/v1/users/alice/ban", { by: KEY })).toMatchObject({ status: 200 });
  expect(await look(String(token))).toMatchObject({ status: 200 });
  http.world.drain();
  const of = { by: "deployment", about: "alice" };
  expect((await ask("GET", "/v1/audit", { by: KEY })).body).toMatchObject({
    records: [
      { ...of, action: "user.unban" },
      { ...of, action: "user.ban" },
    ],
  });
});
