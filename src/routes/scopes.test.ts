import { beforeEach, describe, expect, it } from "vitest";
import { KEY, SECRET, SimHttp } from "../../test/sim/http.ts";
import { alice, app, carol, chat, chatRoom } from "../../test/sim/names.ts";
import { ERRORS } from "../protocol/errors.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { operatorOf } from "./principal.ts";
import { Tokens } from "./tokens.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

async function tokenWith(scopes?: unknown, userId = carol): Promise<string> {
  const { status, body } = await http.post("/v1/tokens", KEY, { userId, ...(scopes === undefined ? {} : { scopes }) });
  expect(status).toBe(200);
  return String(body.token);
}

describe("the scopes of a token", () => {
  it("are those that the server key asked for", async () => {
    const claimsOf = async (token: string) => http.tokens.verify(token, http.world.nowMs);
    expect(await claimsOf(await tokenWith(["observe"]))).toMatchObject({ userId: carol, scopes: ["observe"] });
    for (const none of [undefined, []]) expect(await claimsOf(await tokenWith(none))).not.toHaveProperty("scopes");
  });

  it.each([["admin"], "observe", ["observe", "observe", "all"], [1], null].map((scopes) => ({ scopes })))(
    "are none that do not exist: %j",
    async (body) => {
      const answer = await http.post("/v1/tokens", KEY, { userId: carol, ...body });
      expect(answer).toMatchObject({ status: 400, body: { code: ERRORS.BAD_PARAMETER.code } });
    },
  );

  it("cannot be had with a user token, nor made up", async () => {
    const asUser = await http.post("/v1/tokens", await tokenWith(["observe"]), { userId: carol, scopes: ["observe"] });
    expect(asUser).toMatchObject({ status: 403, body: { code: ERRORS.ACCESS_DENIED.code } });
    const { nowMs } = http.world;
    const claims = { app, userId: carol, tokenId: "t", expiresAtMs: nowMs + 60_000 };
    const foreign = await new Tokens(SECRET).sign({ ...claims, scopes: ["everything" as "observe"] }, nowMs); // SAFETY: an unknown one, on purpose
    await expect(http.tokens.verify(foreign, nowMs)).rejects.toMatchObject({ errorName: "BAD_CREDENTIALS" });
  });

  it("belong to the connection that is opened with it", async () => {
    const open = async (token: string) => {
      const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": `parley.v1.json, bearer.${token}` };
      await http.raw("/v1/connect?deviceId=d&deviceType=web", { headers });
      return http.openings.pop();
    };
    expect(await open(await tokenWith(["observe"]))).toMatchObject({ state: { userId: carol, scopes: ["observe"] } });
    expect(await open(await tokenWith())).not.toHaveProperty("state.scopes");
  });

  it("say who reads a history: an observer's token does while they observe, and no other of theirs", async () => {
    await http.post("/v1/messages", KEY, { packId: "p", from: alice, sessionId: chat, content: "hello" });
    const read = async (token: string) => (await http.get(`/v1/sessions/${chat}/messages`, token)).status;
    const [scoped, plain] = [await tokenWith(["observe"]), await tokenWith()];
    expect([await read(scoped), await read(plain)]).toEqual([403, 403]);
    unwrap(http.world.call(chatRoom, { type: "observe", userId: carol, version: 1, event: "started" }));
    expect([await read(scoped), await read(plain)]).toEqual([200, 403]);
    expect(operatorOf({ kind: "server", app })).toEqual({ kind: "server" });
  });
});
