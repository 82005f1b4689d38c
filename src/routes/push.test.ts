import { beforeEach, describe, expect, it } from "vitest";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { alice, app, bob } from "../../test/sim/names.ts";
import { World } from "../../test/sim/world.ts";
import { mailboxRoom } from "../kernel/room-name.ts";
import { ERRORS, type ErrorName } from "../protocol/errors.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { PushTaken } from "../protocol/rpc/push-call.ts";
import type { PushJob } from "../protocol/rpc/queue-job.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

const problem = (name: ErrorName) => ({ status: ERRORS[name].http, body: { name, code: ERRORS[name].code } });
const phone = { deviceId: "phone", provider: "fcm", packageName: "org.example.chat" };
const register = (userId: string, token: string, key = KEY) =>
  http.post(`/v1/users/${userId}/push-tokens`, key, { ...phone, token });
const push = { packId: "p", users: ["alice", "bob"], notification: { title: "Sale", body: "Today" } };

function jobs(): PushJob[] {
  return http.world.jobsOf("push") as PushJob[]; // SAFETY: of this queue
}

describe("push tokens over HTTP", () => {
  it("are registered for a device, listed and ended, by server keys and the user", async () => {
    const { body, status } = await register("bob", "t1");
    expect([status, body]).toMatchObject([200, phone]);
    const token = await http.tokens.sign(
      { app, userId: bob, tokenId: "t", expiresAtMs: http.world.nowMs + 60_000 },
      http.world.nowMs,
    );
    expect(await register("bob", "t2", token)).toMatchObject({ status: 200 });
    expect(await register("alice", "t3", token)).toMatchObject(problem("ACCESS_DENIED"));
    const listed = await http.get("/v1/users/bob/push-tokens", token);
    expect(listed.body).toMatchObject({ tokens: [{ deviceId: "phone" }] });
    const [{ tokenId = "" } = {}] = listed.body.tokens as { tokenId: string }[]; // SAFETY: what the route answers with
    expect((await http.get("/v1/users/bob/push-tokens", OTHER_KEY)).body).toEqual({ tokens: [] });
    const path = `/v1/users/bob/push-tokens/${tokenId}`;
    expect((await http.delete(path, KEY)).body).toEqual({ removed: 1 });
    expect((await http.delete(path, KEY)).body).toEqual({ removed: 0 });
  });

  it.each([
    { provider: "pager" },
    { token: undefined },
    { deviceId: undefined },
    { provider: "webpush" },
    { locale: "no such language" },
  ])("are not taken with %j", async (changes) => {
    const answer = await http.post("/v1/users/bob/push-tokens", KEY, { ...phone, token: "t", ...changes });
    expect(answer).toMatchObject(problem("BAD_PARAMETER"));
  });
});

describe("POST /v1/push", () => {
  it("is a job that makes one push for each user who has a device, whatever is repeated", async () => {
    await register("alice", "a");
    await register("bob", "b");
    const body = { ...push, users: ["alice", "bob", "carol"] };
    const first = await http.post("/v1/push", KEY, body);
    expect(first).toMatchObject({ status: 202, body: { jobId: expect.stringMatching(/^JB_/) } });
    expect(await http.post("/v1/push", KEY, body)).toMatchObject({ status: 202, body: first.body });
    http.world.drain();
    const progress = await http.get(`/v1/jobs/${first.body.jobId}`, KEY);
    expect(progress.body).toMatchObject({ kind: "push", state: "done", done: 3, failed: 0 });
    expect(jobs().map(({ userId }) => userId)).toEqual([alice, bob]);
    const call = { type: "push.take", pushId: jobs()[0]?.pushId ?? "" } as const;
    const taken = unwrap(http.world.call(mailboxRoom(app, alice), call)) as PushTaken; // SAFETY: what it answers with
    expect(taken).toMatchObject({ kind: "send", parts: [{ message: { title: "Sale", body: "Today", badge: 0 } }] });
  });

  it("reaches all users who have a device", async () => {
    http = new SimHttp({}, { world: new World({ newUsers: true }) });
    await register("alice", "a");
    await register("bob", "b");
    const { jobId } = (await http.post("/v1/push", KEY, { ...push, users: "all" })).body;
    http.world.quiesce(60_000);
    expect((await http.get(`/v1/jobs/${jobId}`, KEY)).body).toMatchObject({ state: "done", total: 2, done: 2 });
    expect(
      jobs()
        .map(({ userId }) => userId)
        .sort(),
    ).toEqual([alice, bob]);
  });

  it("is another job under another packId, and a conflict with another content", async () => {
    await http.post("/v1/push", KEY, push);
    const other = { ...push, notification: { title: "Sale", body: "Tomorrow" } };
    expect(await http.post("/v1/push", KEY, other)).toMatchObject(problem("PACK_CONFLICT"));
    expect(await http.post("/v1/push", KEY, { ...other, packId: undefined })).toMatchObject(problem("BAD_PARAMETER"));
    expect(await http.post("/v1/push", KEY, { ...other, packId: "q" })).toMatchObject({ status: 202 });
  });

  it("and the push log are for server keys", async () => {
    const claims = { app, userId: alice, tokenId: "t", expiresAtMs: http.world.nowMs + 60_000 };
    const token = await http.tokens.sign(claims, http.world.nowMs);
    expect(await http.post("/v1/push", token, push)).toMatchObject(problem("ACCESS_DENIED"));
    expect(await http.get("/v1/users/alice/push-log", token)).toMatchObject(problem("ACCESS_DENIED"));
    expect((await http.get("/v1/users/alice/push-log", KEY)).body).toEqual({ records: [], more: false });
  });
});
