import { beforeEach, describe, expect, it } from "vitest";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { alice, app, bob, carol, chat, user } from "../../test/sim/names.ts";
import { CLOSE } from "../protocol/close-codes.ts";
import { ERRORS, type ErrorName } from "../protocol/errors.ts";
import { AppId } from "../protocol/ids.ts";
import { MAX_CONTENT_BYTES, MAX_FRAME_BYTES } from "../protocol/limits.ts";
import { DEFAULT_TOKEN_TTL_S, MAX_TOKEN_TTL_S } from "./tokens.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

const tokenOf = (userId = alice, of = app) =>
  http.tokens.sign({ app: of, userId, tokenId: "t", expiresAtMs: http.world.nowMs + 60_000 }, http.world.nowMs);
const problem = (name: ErrorName) => ({
  status: ERRORS[name].http,
  body: { name, code: ERRORS[name].code, title: ERRORS[name].message, status: ERRORS[name].http },
});
const hello = { packId: "p", from: "alice", to: "bob", content: "hello" };

describe("POST /v1/tokens", () => {
  it("gives a server key a token of its app, for a day unless asked otherwise", async () => {
    const { status, body } = await http.post("/v1/tokens", OTHER_KEY, { userId: "alice" });
    expect(status).toBe(200);
    const claims = await http.tokens.verify(String(body.token), http.world.nowMs);
    expect(claims).toEqual({
      app: "other",
      userId: "alice",
      tokenId: expect.any(String),
      issuedAtMs: http.world.nowMs,
      expiresAtMs: body.expiresAt,
    });
    expect(body.expiresAt).toBe(http.world.nowMs + DEFAULT_TOKEN_TTL_S * 1000);
    const short = await http.post("/v1/tokens", KEY, { userId: "alice", ttlSeconds: 5 });
    expect(short.body.expiresAt).toBe(http.world.nowMs + 5_000);
  });

  it("gives users none", async () => {
    expect(await http.post("/v1/tokens", await tokenOf(), { userId: "alice" })).toMatchObject(problem("ACCESS_DENIED"));
  });

  it.each([{}, { userId: "a b" }, { userId: "a", ttlSeconds: 0 }, { userId: "a", ttlSeconds: MAX_TOKEN_TTL_S + 1 }])(
    "refuses %j",
    async (body) => {
      expect(await http.post("/v1/tokens", KEY, body)).toMatchObject(problem("BAD_PARAMETER"));
    },
  );
});

describe("GET /dev/push", () => {
  it("says in development whether there are simulated phones, and is not there in production", async () => {
    const phones = async (variables: Record<string, unknown>) => {
      const response = await new SimHttp(variables).raw("/dev/push");
      return [response.status, ((await response.json()) as { phones?: boolean }).phones]; // SAFETY: asserted next
    };
    const PARLEY_PUSH_SIMULATOR = "http://127.0.0.1:9";
    expect(await phones({ PARLEY_ENV: "development" })).toEqual([200, false]);
    expect(await phones({ PARLEY_ENV: "development", PARLEY_PUSH_SIMULATOR })).toEqual([200, true]);
    expect(await phones({ PARLEY_PUSH_SIMULATOR })).toEqual([404, undefined]);
  });
});

describe("POST /dev/token", () => {
  it("is there in development only", async () => {
    expect(await http.post("/dev/token", undefined, { userId: "alice" })).toMatchObject({ status: 404 });
    const development = new SimHttp({ PARLEY_ENV: "development" });
    const { body } = await development.post("/dev/token", undefined, { userId: "alice" });
    expect(await development.tokens.verify(String(body.token), development.world.nowMs)).toMatchObject({ app: "main" });
  });
});

describe("POST /v1/messages", () => {
  it("stores a message once and answers a repetition with the first seqId", async () => {
    const first = await http.post("/v1/messages", KEY, hello);
    expect(first).toMatchObject({ status: 200, body: { sessionId: chat, seqId: 1, timestamp: http.world.nowMs } });
    const again = await http.post("/v1/messages", KEY, hello);
    expect(again.body).toEqual({ ...first.body, repeated: true });
    expect(await http.post("/v1/messages", KEY, { ...hello, packId: "q" })).toMatchObject({ body: { seqId: 2 } });
  });

  it("takes a user's own messages with their token, into their own sessions only", async () => {
    const token = await tokenOf(alice);
    const own = { packId: "p", sessionId: chat, content: { any: "thing" }, contentType: 100 };
    expect(await http.post("/v1/messages", token, own)).toMatchObject({ status: 200, body: { seqId: 1 } });
    const asBob = await http.post("/v1/messages", token, { ...hello, from: "bob", packId: "q" });
    expect(asBob).toMatchObject(problem("ACCESS_DENIED"));
    const foreign = await http.post("/v1/messages", await tokenOf(carol), { ...own, packId: "r" });
    expect(foreign).toMatchObject(problem("ACCESS_DENIED"));
  });

  it("keeps tenants apart", async () => {
    await http.post("/v1/messages", KEY, hello);
    const path = `/v1/sessions/${chat}/messages`;
    expect((await http.get(path, OTHER_KEY)).body).toEqual({ entries: [], more: false });
    expect((await http.get(path, await tokenOf(alice, AppId.parse("other")))).body).toMatchObject({ entries: [] });
  });

  it.each([
    { ...hello, from: undefined },
    { ...hello, to: undefined },
    { ...hello, sessionId: chat },
    { ...hello, packId: "" },
    { ...hello, content: 7 },
    { ...hello, contentType: 0 },
    [],
    null,
  ])("refuses %j", async (body) => {
    expect(await http.post("/v1/messages", KEY, body)).toMatchObject(problem("BAD_PARAMETER"));
  });

  it("refuses what is empty, too long for a message, or not JSON", async () => {
    const send = (body: unknown) => http.post("/v1/messages", KEY, body);
    expect(await send({ ...hello, content: "" })).toMatchObject(problem("TOO_SHORT"));
    expect(await send({ ...hello, content: "x".repeat(MAX_CONTENT_BYTES + 1) })).toMatchObject(problem("TOO_LONG"));
    expect(await send("{")).toMatchObject(problem("MALFORMED"));
  });

  it("refuses a body that is too large before it reads it, whether or not its length is announced", async () => {
    const text = JSON.stringify({ ...hello, content: "x".repeat(MAX_FRAME_BYTES) });
    expect(await http.post("/v1/messages", KEY, text)).toMatchObject(problem("TOO_LONG"));
    const headers = { Authorization: `Bearer ${KEY}` };
    const body = new Response(text).body;
    const streamed = await http.raw("/v1/messages", { method: "POST", headers, body, duplex: "half" } as RequestInit); // SAFETY: `duplex` is missing in the DOM's type
    expect(streamed.status).toBe(413);
  });
});

describe("GET /v1/sessions/:id/messages", () => {
  const path = `/v1/sessions/${chat}/messages`;
  const seqIds = ({ body }: { body: Record<string, unknown> }) =>
    Array.isArray(body.entries) ? body.entries.map(({ seqId }) => seqId) : body;

  it("pages like history.pull", async () => {
    for (let n = 1; n <= 5; n += 1) await http.post("/v1/messages", KEY, { ...hello, packId: `p${n}` });
    expect(seqIds(await http.get(path, KEY))).toEqual([1, 2, 3, 4, 5]);
    expect(seqIds(await http.get(`${path}?after=1&limit=2`, await tokenOf(bob)))).toEqual([2, 3]);
    expect(seqIds(await http.get(`${path}?before=4&limit=2`, KEY))).toEqual([2, 3]);
  });

  it("is forbidden to strangers", async () => {
    expect(await http.get(path, await tokenOf(carol))).toMatchObject(problem("HISTORY_FORBIDDEN"));
  });

  it.each(["?limit=201", "?limit=0", "?limit=x", "?before=0", "?after=-1", "?after=1&before=2", "?limit=1.5"])(
    "refuses %s",
    async (query) => {
      expect(await http.get(`${path}${query}`, KEY)).toMatchObject(problem("BAD_PARAMETER"));
    },
  );

  it("refuses an id that is none, and does not know a group that is none", async () => {
    expect(await http.get("/v1/sessions/XX_1/messages", KEY)).toMatchObject(problem("BAD_PARAMETER"));
    const group = `/v1/sessions/GC_${"0".repeat(26)}/messages`;
    expect(await http.get(group, KEY)).toMatchObject(problem("NO_SUCH_GROUP"));
  });
});

describe("every route", () => {
  it("answers problems as RFC 9457 says", async () => {
    const { headers, body } = await http.get("/v1/nothing", KEY);
    expect(headers.get("Content-Type")).toBe("application/problem+json");
    expect(body).toEqual({
      type: "about:blank",
      title: "no such route",
      status: 404,
      detail: "no such route",
      code: 106,
      name: "NO_SUCH_ROUTE",
    });
  });

  it("wants credentials, right ones", async () => {
    for (const path of ["/v1/messages", "/v1/tokens", "/v1/nothing"]) {
      expect(await http.post(path, undefined, hello)).toMatchObject(problem("IDENTITY_MISSING"));
      expect(await http.post(path, `${KEY}x`, hello)).toMatchObject(problem("BAD_CREDENTIALS"));
      expect(await http.post(path, "garbage", hello)).toMatchObject(problem("BAD_CREDENTIALS"));
    }
    const token = await tokenOf();
    http.world.nowMs += 60_000;
    expect(await http.post("/v1/messages", token, hello)).toMatchObject(problem("TOKEN_EXPIRED"));
  });

  it("says nothing of a fault but logs it", async () => {
    http.world.call = () => {
      throw new Error("SELECT secret");
    };
    const { status, body } = await http.post("/v1/messages", KEY, hello);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(http.faults).toHaveLength(1);
  });

  it("is healthy without credentials", async () => {
    expect((await http.raw("/healthz")).status).toBe(200);
  });
});

describe("GET /v1/connect", () => {
  const query = "/v1/connect?deviceId=d-1&deviceType=web";
  const open = async (headers: Record<string, string>, path = query) => {
    await http.raw(path, { headers: { Upgrade: "websocket", ...headers } });
    return http.openings.pop();
  };
  const list = (token: string) => ({ "Sec-WebSocket-Protocol": `parley.v1.json, bearer.${token}` });

  it("hands the socket to the mailbox of the token's user", async () => {
    expect(await open(list(await tokenOf(user("dave"))))).toEqual({
      kind: "accept",
      room: "main/mailbox/dave",
      subprotocol: "parley.v1.json",
      state: {
        ...{ phase: "syncing", userId: "dave", deviceId: "d-1", deviceType: "web" },
        tokenId: "t",
        issuedAtMs: http.world.nowMs,
        expiresAtMs: http.world.nowMs + 60_000,
      },
    });
  });

  it("tells by the close code why it refuses", async () => {
    const token = await tokenOf();
    const codeOf = async (headers: Record<string, string>, path?: string) => {
      const opening = await open(headers, path);
      return opening?.kind === "refuse" ? opening.code : opening;
    };
    expect(await codeOf({ "Sec-WebSocket-Protocol": "parley.v1.json" })).toBe(CLOSE.UNAUTHORIZED);
    expect(await codeOf(list("garbage"))).toBe(CLOSE.UNAUTHORIZED);
    expect(await codeOf(list(KEY))).toBe(CLOSE.UNAUTHORIZED);
    expect(await codeOf({ Authorization: `Bearer ${token}` })).toBe(CLOSE.PROTOCOL_ERROR);
    expect(await codeOf(list(token), "/v1/connect?deviceType=web")).toBe(CLOSE.PROTOCOL_ERROR);
    expect(await codeOf(list(token), "/v1/connect?deviceId=d&deviceType=fridge")).toBe(CLOSE.PROTOCOL_ERROR);
    http.world.nowMs += 60_000;
    expect(await codeOf(list(token))).toBe(CLOSE.TOKEN_EXPIRED);
  });

  it("wants a WebSocket", async () => {
    expect((await http.raw(query)).status).toBe(400);
    expect(http.openings).toEqual([]);
  });
});
