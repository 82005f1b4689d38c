import { createHash, createHmac } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { KEY, SimHttp } from "../../test/sim/http.ts";

let http: SimHttp;
let key: string;
beforeEach(async () => {
  http = new SimHttp();
  const { body } = await http.post("/v1/keys", KEY, { name: "k", scopes: ["users:read", "users:write"], signed: true });
  key = String(body.key);
});

interface Signing {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly createdMs?: number;
  readonly nonce?: string;
  readonly secret?: string;
}

/** As a client makes it, from the words of RFC 9421 and with other code than the server's. */
function signed({
  method = "GET",
  path = "/v1/users/alice",
  body,
  createdMs,
  nonce = "nonce-0123456789",
  secret = key,
}: Signing = {}) {
  const url = new URL(path, "http://localhost");
  const keyid = key.split("_").slice(0, 3).join("_");
  const components = `"@method" "@path" "@query"${body === undefined ? "" : ' "content-digest"'}`;
  const created = Math.floor((createdMs ?? http.world.nowMs) / 1_000);
  const params = `(${components});created=${created};nonce="${nonce}";keyid="${keyid}";alg="hmac-sha256"`;
  const digest = `sha-256=:${createHash("sha256")
    .update(body ?? "")
    .digest("base64")}:`;
  const lines = [`"@method": ${method}`, `"@path": ${url.pathname}`, `"@query": ${url.search || "?"}`];
  if (body !== undefined) lines.push(`"content-digest": ${digest}`);
  const base = [...lines, `"@signature-params": ${params}`].join("\n");
  const signature = createHmac("sha256", createHash("sha256").update(secret).digest()).update(base).digest("base64");
  const headers: Record<string, string> = {
    "Signature-Input": `parley=${params}`,
    Signature: `parley=:${signature}:`,
    ...(body === undefined ? {} : { "Content-Digest": digest, "Content-Type": "application/json" }),
  };
  return { path, init: { method, headers, ...(body === undefined ? {} : { body }) } };
}

async function statusOf({ path, init }: { path: string; init: RequestInit }): Promise<number> {
  return (await http.raw(path, init)).status;
}

describe("a signed request", () => {
  it("is its key's, with and without a body and a query", async () => {
    expect(await statusOf(signed())).toBe(200);
    expect(await statusOf(signed({ path: "/v1/users/alice?x=%20y", nonce: "a-nonce-for-query" }))).toBe(200);
    const patch = { method: "PATCH", body: '{"name":"Ä"}', nonce: "a-nonce-for-patch" };
    expect(await statusOf(signed(patch))).toBe(200);
    expect(await http.get("/v1/users/alice", KEY)).toMatchObject({ body: { name: "Ä" } });
  });

  it("is bound by the scopes of its key, which is taken in no other way", async () => {
    expect(await statusOf(signed({ path: "/v1/keys" }))).toBe(403);
    expect(await http.get("/v1/users/alice", key)).toMatchObject({ status: 401 });
  });

  it("is taken once, and only while it is new", async () => {
    const request = signed();
    expect([await statusOf(request), await statusOf(request)]).toEqual([200, 401]);
    for (const away of [-300_001, 301_000]) {
      const createdMs = http.world.nowMs + away;
      expect(await statusOf(signed({ createdMs, nonce: "another-nonce-1234" }))).toBe(401);
    }
    http.world.nowMs += 301_000;
    expect(await statusOf(request)).toBe(401);
  });

  it.each([
    ["with another secret", () => signed({ secret: `${key}x` })],
    ["for another path", () => ({ ...signed(), path: "/v1/users/bob" })],
    ["for another query", () => ({ ...signed(), path: "/v1/users/alice?by=bob" })],
    ["with another method", () => ({ ...signed(), init: { ...signed().init, method: "DELETE" } })],
    [
      "with a body that is not covered",
      () => ({ ...signed({ method: "PATCH" }), init: { ...signed({ method: "PATCH" }).init, body: "{}" } }),
    ],
    [
      "with another body",
      () => {
        const { path, init } = signed({ method: "PATCH", body: '{"name":"A"}' });
        return { path, init: { ...init, body: '{"name":"B"}' } };
      },
    ],
    [
      "without a signature",
      () => {
        const { Signature: _, ...headers } = signed().init.headers;
        return { ...signed(), init: { headers } };
      },
    ],
    [
      "with other components",
      () => {
        const { path, init } = signed();
        const headers = {
          ...init.headers,
          "Signature-Input": String(init.headers["Signature-Input"]).replace(' "@query"', ""),
        };
        return { path, init: { ...init, headers } };
      },
    ],
  ])("%s is refused", async (_, make) => {
    expect(await statusOf(make())).toBe(401);
    expect(await statusOf(signed())).toBe(200);
  });

  it("needs a key that is for it", async () => {
    const { body } = await http.post("/v1/keys", KEY, { name: "plain", scopes: ["*"] });
    key = String(body.key);
    expect(await statusOf(signed())).toBe(401);
  });
});
