import { beforeEach, describe, expect, it } from "vitest";
import { list } from "../../test/sim/directory.ts";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { alice, app, bob, carol, chat } from "../../test/sim/names.ts";
import { MAX_BROADCAST_SESSIONS } from "../protocol/limits.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

const broadcast = { packId: "b", from: "alice", sessions: [chat], users: ["carol", "bob"], content: "we move" };
const textsIn = async (sessionId: string) => {
  const { body } = await http.get(`/v1/sessions/${sessionId}/messages`, KEY);
  return (body.entries as { content: string }[]).map(({ content }) => content); // SAFETY: what the route answers with
};

describe("POST /v1/jobs/broadcast", () => {
  it("starts a job that sends to sessions and to users, each once", async () => {
    const answer = await http.post("/v1/jobs/broadcast", KEY, broadcast);
    expect(answer).toMatchObject({ status: 202, body: { jobId: expect.stringMatching(/^JB_/) } });
    const path = `/v1/jobs/${answer.body.jobId}`;
    expect(answer.headers.get("Location")).toBe(path);
    expect(answer.headers.get("Preference-Applied")).toBe("respond-async");
    expect((await http.get(path, KEY)).body).toMatchObject({ kind: "broadcast", state: "queued", total: 2 });
    http.world.drain();
    expect((await http.get(path, KEY)).body).toMatchObject({ state: "done", done: 2, failed: 0 });
    expect(await textsIn(chat)).toEqual(["we move"]);
    expect(await textsIn("SC_alice_carol")).toEqual(["we move"]);
    expect((await http.post("/v1/jobs/broadcast", KEY, broadcast)).body).toEqual(answer.body);
    http.world.drain();
    expect(await textsIn(chat)).toEqual(["we move"]);
    expect((await http.post("/v1/jobs/broadcast", KEY, { ...broadcast, content: "else" })).status).toBe(409);
  });

  it("reaches all users in their single chats with the sender", async () => {
    list(http.world, [alice, bob, carol]);
    const body = { ...broadcast, sessions: [], users: "all" };
    const { jobId } = (await http.post("/v1/jobs/broadcast", KEY, body)).body;
    expect((await http.get(`/v1/jobs/${jobId}`, KEY)).body).toMatchObject({ state: "gathering" });
    http.world.quiesce(60_000);
    expect((await http.get(`/v1/jobs/${jobId}`, KEY)).body).toMatchObject({ state: "done", total: 2, done: 2 });
    expect([await textsIn(chat), await textsIn("SC_alice_carol")]).toEqual([["we move"], ["we move"]]);
  });

  it("tells of sessions that the sender may not write in, and goes on", async () => {
    const body = { ...broadcast, sessions: ["SC_bob_carol", "GC_00000000000000000000000000"], users: ["bob"] };
    const { jobId } = (await http.post("/v1/jobs/broadcast", KEY, body)).body;
    http.world.drain();
    const { body: progress } = await http.get(`/v1/jobs/${jobId}`, KEY);
    expect(progress).toMatchObject({
      state: "done",
      done: 1,
      failed: 2,
      failures: [
        { target: "SC_bob_carol", name: "ACCESS_DENIED" },
        { target: "GC_00000000000000000000000000", name: "NO_SUCH_GROUP" },
      ],
    });
  });

  it("is for server keys, and stays in their app", async () => {
    const token = await http.tokens.sign(
      { app, userId: alice, tokenId: "t", expiresAtMs: http.world.nowMs + 60_000 },
      http.world.nowMs,
    );
    expect((await http.post("/v1/jobs/broadcast", token, broadcast)).status).toBe(403);
    expect((await http.post("/v1/jobs/broadcast", OTHER_KEY, broadcast)).status).toBe(202);
    http.world.drain();
    expect(await textsIn(chat)).toEqual([]);
  });

  it.each([
    { sessions: [], users: [] },
    { sessions: ["nowhere"] },
    { users: "all" },
    { sessions: [], users: "nobody" },
    { users: Array(MAX_BROADCAST_SESSIONS).fill("bob") },
    { from: undefined },
    { packId: undefined },
    { content: "" },
  ])("refuses what cannot be sent", async (wrong) => {
    expect((await http.post("/v1/jobs/broadcast", KEY, { ...broadcast, ...wrong })).status).toBe(400);
  });
});
