import { beforeEach, describe, expect, it } from "vitest";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { alice, app, bob, chat } from "../../test/sim/names.ts";
import { lettersRoom } from "../kernel/room-name.ts";
import type { Scope } from "../protocol/scope.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

const tokenOf = (userId = alice, scopes: Scope[] = []) =>
  http.tokens.sign({ app, userId, tokenId: "t", scopes, expiresAtMs: http.world.nowMs + 60_000 }, http.world.nowMs);
const asked = async (method: string, path: string, credential = KEY) => {
  const headers = { Authorization: `Bearer ${credential}`, "Content-Type": "application/json" };
  const answer = await http.raw(path, { method, headers });
  return { status: answer.status, body: await answer.json() };
};

describe("dead letters", () => {
  const dead = "/v1/queues/archive/dead";
  const job = (n: number) => ({ app, sessionId: chat, n });
  const bury = (n: number) =>
    http.world.call(lettersRoom(app, "archive"), { type: "letters.put", job: job(n), reason: "broken" });

  it("are listed in pages, put back into their queue, and dropped", async () => {
    for (const n of [1, 2, 3]) bury(n);
    expect((await http.get(`${dead}?limit=2`, KEY)).body).toMatchObject({
      letters: [{ id: 1, job: job(1), reason: "broken" }, { id: 2 }],
      total: 3,
      more: true,
    });
    expect((await http.get(`${dead}?after=2`, KEY)).body).toMatchObject({ letters: [{ id: 3 }], more: false });
    expect((await http.post(`${dead}/retry`, KEY, { ids: [2, 9] })).body).toEqual({ letters: 1 });
    http.world.drain();
    expect(http.world.jobsOf("archive")).toEqual([job(2)]);
    expect((await http.post(`${dead}/drop`, KEY, {})).body).toEqual({ letters: 2 });
    expect((await http.get(dead, KEY)).body).toEqual({ letters: [], total: 0, more: false });
  });

  it("are the app's own, and for its server keys", async () => {
    bury(1);
    expect((await http.get(dead, OTHER_KEY)).body).toMatchObject({ total: 0 });
    expect((await http.post(`${dead}/drop`, OTHER_KEY, {})).body).toEqual({ letters: 0 });
    expect((await http.get(dead, await tokenOf())).status).toBe(403);
    expect((await http.post(`${dead}/retry`, await tokenOf(), {})).status).toBe(403);
    expect((await http.get("/v1/queues/nowhere/dead", KEY)).status).toBe(400);
    expect((await http.get(dead, KEY)).body).toMatchObject({ total: 1 });
  });

  it("are moved once for a key, and the answer is the same", async () => {
    bury(1);
    const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json", "Idempotency-Key": "k" };
    const drop = async () => (await http.raw(`${dead}/drop`, { method: "POST", headers, body: "{}" })).json();
    expect(await drop()).toEqual({ letters: 1 });
    bury(2);
    expect(await drop()).toEqual({ letters: 1 });
    expect((await http.get(dead, KEY)).body).toMatchObject({ total: 1 });
  });
});

describe("POST /v1/presence", () => {
  it("M157 tells a server key of every user, and costs no row", async () => {
    http.world.connect(bob);
    const { body } = await http.post("/v1/presence", KEY, { userIds: ["bob", "nobody"] });
    expect(body).toEqual({
      presences: [
        { userId: "bob", online: true, lastSeenAt: http.world.nowMs },
        { userId: "nobody", online: false, lastSeenAt: 0 },
      ],
    });
  });

  it("tells a user of their friends only", async () => {
    http.world.connect(bob);
    expect((await http.post("/v1/presence", await tokenOf(), { userIds: ["bob"] })).body).toEqual({ presences: [] });
  });
});

describe("observers", () => {
  const observed = `/v1/users/bob/observed`;

  it("M156 are begun and ended by a server key, or with a token that has the scope", async () => {
    await http.post("/v1/messages", KEY, { packId: "1", from: "alice", to: "carol", content: "hello" });
    const session = `${observed}/SC_alice_carol`;
    expect((await asked("PUT", session, await tokenOf(bob))).status).toBe(403);
    expect(await asked("PUT", session)).toEqual({ status: 200, body: { seqId: 1 } });
    http.world.nowMs += 90 * 86_400_000;
    http.world.ringDue();
    http.world.drain();
    const sessions = [{ sessionId: "SC_alice_carol", sinceSeqId: 1, lastSeqId: 1 }];
    expect((await asked("GET", observed, await tokenOf(bob, ["observe"]))).body).toEqual({ sessions });
    expect((await asked("DELETE", session)).status).toBe(200);
    expect((await asked("GET", observed)).body).toEqual({ sessions: [] });
    const audit = await http.get("/v1/sessions/SC_alice_carol/observers/audit", KEY);
    expect(audit.body).toMatchObject({
      records: [
        { id: 1, userId: "bob", event: "started", seqId: 1, device: { tokenId: "" } },
        { id: 2, userId: "bob", event: "stopped", seqId: 1 },
      ],
      more: false,
    });
    expect((await http.get("/v1/sessions/SC_alice_carol/observers/audit", await tokenOf())).status).toBe(403);
  });
});

describe("GET /v1/sessions/{sessionId}/audit", () => {
  it("tells who did what to which entry, in pages and without what was said", async () => {
    await http.post("/v1/messages", KEY, { packId: "1", from: "alice", to: "bob", content: "the secret" });
    await http.post(`/v1/sessions/${chat}/messages/1/recall`, KEY, {});
    await http.post("/v1/messages", KEY, { packId: "2", from: "bob", to: "alice", content: "the answer" });
    const first = await http.get(`/v1/sessions/${chat}/audit?limit=2`, KEY);
    expect(first.body).toMatchObject({
      records: [
        { seqId: 1, by: "alice", packId: "1", action: "sent", gone: { as: "recalled", by: "alice" } },
        { seqId: 2, by: "alice", action: "recall", target: 1 },
      ],
      more: true,
    });
    const second = await http.get(`/v1/sessions/${chat}/audit?after=2`, KEY);
    expect(second.body).toMatchObject({ records: [{ seqId: 3, by: "bob", action: "sent" }], more: false });
    expect(JSON.stringify([first.body, second.body])).not.toMatch(/secret|answer/);
  });

  it("tells of a group's members", async () => {
    const { body } = await http.post("/v1/groups?by=alice", KEY, { info: { name: "x" }, userIds: ["bob"] });
    const { records } = (await http.get(`/v1/sessions/${body.groupId}/audit`, KEY)).body as { records: object[] }; // SAFETY: asserted next
    expect(records[0]).toMatchObject({ action: "created", by: "alice", users: expect.arrayContaining(["bob"]) });
  });

  it("is for server keys, of the session's app", async () => {
    await http.post("/v1/messages", KEY, { packId: "1", from: "alice", to: "bob", content: "the secret" });
    expect((await http.get(`/v1/sessions/${chat}/audit`, await tokenOf())).status).toBe(403);
    expect((await http.get(`/v1/sessions/${chat}/audit`, OTHER_KEY)).body).toEqual({ records: [], more: false });
  });
});
