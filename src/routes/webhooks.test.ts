import { beforeEach, describe, expect, it } from "vitest";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { alice, app } from "../../test/sim/names.ts";
import { appRoom } from "../kernel/room-name.ts";
import { ERRORS, type ErrorName } from "../protocol/errors.ts";
import type { AppSettings } from "../protocol/rpc/app-settings.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
  http.world.hook = () => ({ ok: true, value: { kind: "answered", status: 204, tookMs: 1 } });
});

const problem = (name: ErrorName) => ({ status: ERRORS[name].http, body: { name, code: ERRORS[name].code } });
const webhook = { packId: "w", url: "https://hooks.example/", events: ["message", "read"] };
const settings = () => unwrap(http.world.call(appRoom(app), { type: "app.settings" })) as AppSettings; // SAFETY: what it answers with

async function ask(method: string, path: string, body?: unknown, key?: string) {
  const headers = { Authorization: `Bearer ${KEY}`, ...(key === undefined ? {} : { "Idempotency-Key": key }) };
  const response = await http.raw(path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }; // SAFETY: routes answer with objects
}

async function created(): Promise<{ path: string; endpointId: string; secret: string }> {
  const { body } = await ask("POST", "/v1/webhooks", webhook);
  return { path: `/v1/webhooks/${body.endpointId}`, endpointId: String(body.endpointId), secret: String(body.secret) };
}

describe("webhook endpoints", () => {
  it("are made once for a packId, listed, read without their secret, and seen by their app alone", async () => {
    const { path, endpointId, secret } = await created();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await created()).toMatchObject({ endpointId, secret });
    const shown = { endpointId, url: webhook.url, events: webhook.events, state: { kind: "active" } };
    expect((await ask("GET", "/v1/webhooks")).body).toEqual({ endpoints: [expect.objectContaining(shown)] });
    const read = await ask("GET", path);
    expect(read.body).toMatchObject(shown);
    expect(JSON.stringify(read.body)).not.toContain("whsec_");
    expect(await http.get(path, OTHER_KEY)).toMatchObject(problem("NO_SUCH_ENDPOINT"));
    expect(settings().webhooks).toEqual({ [endpointId]: { events: webhook.events, since: http.world.nowMs } });
    expect(await ask("POST", "/v1/webhooks", { ...webhook, events: ["push"] })).toMatchObject(problem("PACK_CONFLICT"));
    const { packId: _, ...keyed } = webhook;
    expect((await ask("POST", "/v1/webhooks", keyed, "w")).body).toMatchObject({ endpointId });
    expect(await ask("POST", "/v1/webhooks", keyed)).toMatchObject(problem("BAD_PARAMETER"));
  });

  it("are changed, disabled and deleted, and the app's settings with them", async () => {
    const { path, endpointId } = await created();
    const changed = await ask("PATCH", path, { events: ["group"], description: "new", enabled: false });
    expect(changed.body).toMatchObject({ url: webhook.url, events: ["group"], description: "new" });
    expect(changed.body.state).toMatchObject({ kind: "disabled", why: "asked" });
    expect(settings().webhooks).toMatchObject({ [endpointId]: { events: ["group"] } });
    for (let times = 0; times < 2; times += 1) expect((await ask("DELETE", path)).status).toBe(200);
    expect([settings().webhooks, (await ask("GET", "/v1/webhooks")).body]).toEqual([{}, { endpoints: [] }]);
    expect(await ask("GET", path)).toMatchObject(problem("NO_SUCH_ENDPOINT"));
  });

  it("get a new secret, the same for the same key", async () => {
    const { path, secret } = await created();
    const first = await ask("POST", `${path}/rotate`, { graceSeconds: 60 }, "turn");
    const again = await ask("POST", `${path}/rotate`, { graceSeconds: 60 }, "turn");
    expect(first.body.secret).not.toBe(secret);
    expect(again.body).toEqual(first.body);
    expect(first.body.oldSecretUntil).toBe(http.world.nowMs + 60_000);
    const other = await ask("POST", `${path}/rotate`, {});
    expect(other.body.secret).not.toBe(first.body.secret);
  });

  it("are tested, list what they were told, and tell it again", async () => {
    const { path } = await created();
    const { body: sent } = await ask("POST", `${path}/test`, undefined, "test-1");
    expect((await ask("POST", `${path}/test`, undefined, "test-1")).body).toEqual(sent);
    http.world.drain();
    const { body: log } = await ask("GET", `${path}/deliveries?limit=10`);
    expect(log).toMatchObject({
      deliveries: [{ id: sent.id, type: "endpoint.test", state: "delivered", attempts: 1 }],
      more: false,
    });
    expect((await ask("POST", `${path}/replay`, { since: 0 })).body).toEqual({ events: 1 });
    http.world.drain();
    expect((await ask("GET", `${path}/deliveries`)).body).toMatchObject({ deliveries: [{ attempts: 2 }] });
  });

  it.each([
    ["http://hooks.example/", "needs https"],
    ["https://10.0.0.1/", "its host is not public"],
  ])("are public servers with HTTPS in production: not %s", async (url, detail) => {
    http = new SimHttp({ PARLEY_ENV: "production", PARLEY_WEBHOOK_ORIGINS: "http://bot.internal:8080" });
    for (const [method, path] of [["POST", "/v1/webhooks"] as const, ["PUT", "/v1/before-send"] as const]) {
      const refused = await ask(method, path, method === "POST" ? { ...webhook, url } : { url });
      expect(refused).toMatchObject(problem("BAD_PARAMETER"));
      expect(refused.body.detail).toContain(detail);
    }
    expect((await ask("POST", "/v1/webhooks", { ...webhook, url: "http://bot.internal:8080/x" })).status).toBe(200);
  });

  it("are no business of users, and at most 100", async () => {
    const now = http.world.nowMs;
    const token = await http.tokens.sign({ app, userId: alice, tokenId: "t", expiresAtMs: now + 60_000 }, now);
    expect(await http.post("/v1/webhooks", token, webhook)).toMatchObject(problem("ACCESS_DENIED"));
    for (let made = 0; made < 100; made += 1)
      expect((await ask("POST", "/v1/webhooks", { ...webhook, packId: `w${made}` })).status).toBe(200);
    expect(await ask("POST", "/v1/webhooks", webhook)).toMatchObject(problem("LIMIT_REACHED"));
    expect((await ask("POST", "/v1/webhooks", { ...webhook, packId: "w7" })).status).toBe(200);
  });
});

describe("the key of a bot", () => {
  it("acts as its user and as nobody else, as far as its scopes go", async () => {
    const made = await ask("POST", "/v1/keys", {
      name: "echo",
      scopes: ["messages:write", "sessions:read"],
      bot: "echo",
    });
    const key = String(made.body.key);
    const send = (body: object) => http.post("/v1/messages", key, { to: "alice", content: "hello", ...body });
    expect(await send({ packId: "a" })).toMatchObject({ status: 200, body: { sessionId: "SC_alice_echo" } });
    expect(await send({ packId: "b", from: "echo" })).toMatchObject({ status: 200, body: { seqId: 2 } });
    expect(await send({ packId: "c", from: "bob" })).toMatchObject(problem("ACCESS_DENIED"));
    await http.post("/v1/messages", KEY, { packId: "d", from: "alice", to: "bob", content: "private" });
    expect((await http.get("/v1/sessions/SC_alice_echo/messages", key)).status).toBe(200);
    expect(await http.get("/v1/sessions/SC_alice_bob/messages", key)).toMatchObject(problem("HISTORY_FORBIDDEN"));
    expect(await http.get("/v1/webhooks", key)).toMatchObject(problem("ACCESS_DENIED"));
    expect(await http.get("/v1/users/echo/friends", key)).toMatchObject(problem("SCOPE_MISSING"));
    await ask("DELETE", `/v1/keys/${made.body.id}`);
    expect(await send({ packId: "e" })).toMatchObject(problem("BAD_CREDENTIALS"));
  });
});

describe("the before-send hook", () => {
  it("keeps its secret until a new one is asked for, and then signs with both for a day", async () => {
    const hook = { url: "https://hooks.example/before", onFailure: "closed" };
    expect((await ask("GET", "/v1/before-send")).body).toEqual({});
    const { body: first } = await ask("PUT", "/v1/before-send", hook);
    expect(first).toMatchObject({ ...hook, timeoutMs: 500, sessions: ["single", "group"], serverKeys: false });
    const { body: second } = await ask("PUT", "/v1/before-send", { ...hook, timeoutMs: 1_000 });
    expect(second).toEqual({ ...first, timeoutMs: 1_000 });
    const { body: third } = await ask("PUT", "/v1/before-send", { ...hook, newSecret: true });
    expect(third.secret).not.toBe(first.secret);
    expect(JSON.stringify(third)).not.toContain(String(first.secret));
    const oldSecret = { text: first.secret, untilMs: http.world.nowMs + 86_400_000 };
    expect(settings().beforeSend).toMatchObject({ secret: third.secret, oldSecret });
    expect((await ask("GET", "/v1/before-send")).body).toEqual({ beforeSend: third });
    expect(await ask("PUT", "/v1/before-send", { ...hook, timeoutMs: 1_001 })).toMatchObject(problem("BAD_PARAMETER"));
    await ask("DELETE", "/v1/before-send");
    expect(settings().beforeSend).toBeUndefined();
  });

  it("is asked about what users say over HTTP, and not about what a server key sends", async () => {
    await ask("PUT", "/v1/before-send", { url: "https://hooks.example/before", onFailure: "closed" });
    http.world.hook = () => ({ ok: true, value: { kind: "decided", decisions: [{ action: "reject", reason: "no" }] } });
    const now = http.world.nowMs;
    const token = await http.tokens.sign({ app, userId: alice, tokenId: "t", expiresAtMs: now + 60_000 }, now);
    const refused = await http.post("/v1/messages", token, { packId: "u", to: "bob", content: "hello" });
    expect(refused).toMatchObject(problem("HOOK_REJECTED"));
    expect(refused.body.detail).toBe(`${ERRORS.HOOK_REJECTED.message}: no`);
    const sent = await http.post("/v1/messages", KEY, { packId: "s", from: "alice", to: "bob", content: "hello" });
    expect(sent).toMatchObject({ status: 200, body: { seqId: 1 } });
  });
});
