import { beforeEach, describe, expect, it } from "vitest";
import { list } from "../../test/sim/directory.ts";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { hotSession } from "../../test/sim/mailboxes.ts";
import { alice, app, bob } from "../../test/sim/names.ts";
import { ERRORS, type ErrorName } from "../protocol/errors.ts";
import { MAX_FRAME_BYTES, MAX_NOTICE_USERS } from "../protocol/limits.ts";
import { noticeSessionId } from "../protocol/session-id.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

const problem = (name: ErrorName) => ({ status: ERRORS[name].http, body: { name, code: ERRORS[name].code } });
const notice = { packId: "p", users: ["alice", "bob"], content: "sale" };
const tokenOf = () =>
  http.tokens.sign({ app, userId: alice, tokenId: "t", expiresAtMs: http.world.nowMs + 60_000 }, http.world.nowMs);

async function started(body: object = notice): Promise<string> {
  const answer = await http.post("/v1/notices", KEY, body);
  expect(answer.status).toBe(202);
  return String(answer.body.jobId);
}

describe("POST /v1/notices", () => {
  it("starts a job, which sends in the name of the deployment's sender", async () => {
    const answer = await http.post("/v1/notices", KEY, notice);
    expect(answer).toMatchObject({ status: 202, body: { jobId: expect.stringMatching(/^JB_/) } });
    const path = `/v1/jobs/${answer.body.jobId}`;
    expect(answer.headers.get("Location")).toBe(path);
    expect((await http.get(path, KEY)).body).toMatchObject({ state: "queued", total: 2, done: 0 });
    http.world.drain();
    expect((await http.get(path, KEY)).body).toMatchObject({ state: "done", total: 2, done: 2, failures: [] });
    for (const userId of [alice, bob]) {
      const hot = hotSession(http.world, userId, noticeSessionId(app, userId));
      expect(hot).toMatchObject({ unread: 1, last: { from: "system", content: "sale" } });
    }
  });

  it("goes to all users of the app, and of no other", async () => {
    list(http.world, [alice, bob]);
    const jobId = await started({ ...notice, users: "all" });
    expect((await http.post("/v1/notices", OTHER_KEY, { ...notice, users: "all" })).status).toBe(202);
    http.world.quiesce(60_000);
    expect((await http.get(`/v1/jobs/${jobId}`, KEY)).body).toMatchObject({ state: "done", total: 2, done: 2 });
    for (const userId of [alice, bob])
      expect(hotSession(http.world, userId, noticeSessionId(app, userId))).toMatchObject({ unread: 1 });
    expect((await http.post("/v1/notices", KEY, notice)).body).toMatchObject({ name: "PACK_CONFLICT" });
  });

  it("takes the sender from the configuration, or the request, and the options of a message", async () => {
    http = new SimHttp({ PARLEY_NOTICE_SENDER: "shop" });
    await started();
    await started({ ...notice, packId: "q", from: "bank", uncounted: true, ttlMs: 60_000, priority: "high" });
    http.world.drain();
    const history = await http.get(`/v1/sessions/BM_main_alice/messages`, KEY);
    const expiresAt = http.world.nowMs + 60_000;
    expect(history.body.entries).toMatchObject([
      { from: "shop" },
      { from: "bank", uncounted: true, priority: "high", expiresAt },
    ]);
  });

  it("is the same job when it is repeated, by packId or by Idempotency-Key, and a conflict otherwise", async () => {
    const jobId = await started();
    expect(await started()).toBe(jobId);
    const { packId: _, ...keyed } = notice;
    const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json", "Idempotency-Key": "p" };
    const response = await http.raw("/v1/notices", { method: "POST", headers, body: JSON.stringify(keyed) });
    expect(await response.json()).toEqual({ jobId });
    const other = await http.post("/v1/notices", KEY, { ...notice, content: "another" });
    expect(other).toMatchObject(problem("PACK_CONFLICT"));
  });

  it("takes 10 000 users with the longest ids and the longest text in one body", async () => {
    const users = Array.from({ length: MAX_NOTICE_USERS }, (_, index) => `${index}`.padStart(64, "u"));
    const body = { packId: "p".repeat(64), users, content: "x".repeat(65_536) };
    expect(JSON.stringify(body).length).toBeLessThan(MAX_FRAME_BYTES);
    const jobId = await started(body);
    expect((await http.get(`/v1/jobs/${jobId}`, KEY)).body).toMatchObject({ total: 10_000 });
    const more = await http.post("/v1/notices", KEY, { ...body, users: [...users, "one-more"] });
    expect(more).toMatchObject(problem("BAD_PARAMETER"));
  });

  it.each([
    ["BAD_PARAMETER", { users: [] }],
    ["BAD_PARAMETER", { users: ["a b"] }],
    ["BAD_PARAMETER", { packId: undefined }],
    ["BAD_PARAMETER", { contentType: 2, content: { no: "image" } }],
    ["BAD_PARAMETER", { ttlMs: 1 }],
    ["TOO_SHORT", { content: "" }],
    ["TOO_LONG", { content: "x".repeat(65_537) }],
    ["SENSITIVE_WORD", { content: "a bad word" }],
  ] as const)("answers %s to %j, and starts nothing", async (name, fields) => {
    http = new SimHttp({ PARLEY_WORDS: "bad", PARLEY_WORDS_ACTION: "reject" });
    expect(await http.post("/v1/notices", KEY, { ...notice, ...fields })).toMatchObject(problem(name));
    expect(http.world.rooms).toEqual([]);
  });

  it("goes by the words that the app has decided about, which the settings show", async () => {
    const policy = { words: ["parcel"], wordAction: "reject" };
    const put = await http.raw("/v1/settings/policy", {
      method: "PUT",
      headers: { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" },
      body: JSON.stringify(policy),
    });
    expect(await put.json()).toMatchObject({ policy });
    expect((await http.get("/v1/settings", KEY)).body).toMatchObject({ policy });
    const body = { ...notice, content: "Your p-a-r-c-e-l" };
    expect(await http.post("/v1/notices", KEY, body)).toMatchObject(problem("SENSITIVE_WORD"));
    expect(await http.post("/v1/notices", OTHER_KEY, body)).toMatchObject({ status: 202 });
  });

  it("is for server keys", async () => {
    expect(await http.post("/v1/notices", await tokenOf(), notice)).toMatchObject(problem("ACCESS_DENIED"));
  });
});

describe("/v1/jobs/:jobId", () => {
  it("cancels with DELETE", async () => {
    const users = Array.from({ length: 1_000 }, (_, index) => `u${index}`);
    const jobId = await started({ ...notice, users });
    const cancelled = await http.delete(`/v1/jobs/${jobId}`, KEY);
    expect(cancelled).toMatchObject({ status: 200, body: { state: "cancelled", total: 1_000 } });
    http.world.drain();
    const { body } = await http.get(`/v1/jobs/${jobId}`, KEY);
    expect(body).toMatchObject({ state: "cancelled", done: 64, finishedAt: http.world.nowMs });
  });

  it("knows jobs of the key's app alone, and no users", async () => {
    const jobId = await started();
    for (const path of [`/v1/jobs/${jobId}`, `/v1/jobs/JB_${"0".repeat(26)}`])
      expect(await http.get(path, OTHER_KEY)).toMatchObject(problem("NO_SUCH_JOB"));
    expect(await http.delete(`/v1/jobs/${jobId}`, OTHER_KEY)).toMatchObject(problem("NO_SUCH_JOB"));
    expect(await http.get("/v1/jobs/what", KEY)).toMatchObject(problem("BAD_PARAMETER"));
    expect(await http.get(`/v1/jobs/${jobId}`, await tokenOf())).toMatchObject(problem("ACCESS_DENIED"));
    expect(await http.delete(`/v1/jobs/${jobId}`, await tokenOf())).toMatchObject(problem("ACCESS_DENIED"));
  });
});
