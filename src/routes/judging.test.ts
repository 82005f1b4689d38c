import { beforeEach, describe, expect, it } from "vitest";
import { setBeforeSend } from "../../test/sim/before-send.ts";
import { KEY, SimHttp } from "../../test/sim/http.ts";
import { alice, app, bob, chat } from "../../test/sim/names.ts";
import { sessionRoom } from "../kernel/room-name.ts";
import type { DecideCall, Decision } from "../protocol/rpc/hook-service-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { noticeSessionId } from "../protocol/session-id.ts";

let http: SimHttp;
let asked: { sessionId?: string; sessions?: number; from?: string; messages: object[] }[];
let decide: (messages: readonly object[]) => Decision[];

beforeEach(() => {
  http = new SimHttp();
  asked = [];
  decide = (messages) => messages.map(() => ({ action: "replace", content: "checked" }));
  http.world.hook = (call) => {
    const { data } = JSON.parse((call as DecideCall).body); // SAFETY: nothing else is asked here
    asked.push(data);
    return { ok: true, value: { kind: "decided", decisions: decide(data.messages) } };
  };
});

async function put(path: string, body: object) {
  const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" };
  return (await http.raw(path, { method: "PUT", headers, body: JSON.stringify(body) })).status;
}

function contents(sessionId = chat) {
  const call = { type: "history", by: { kind: "server" } } as const;
  const { entries } = unwrap(http.world.call(sessionRoom(app, sessionId), call)) as {
    entries: { content?: unknown }[];
  }; // SAFETY: what history answers with
  return entries.map(({ content }) => content);
}

const hello = { packId: "m", from: alice, to: bob, content: "hello" };

describe("what server keys send", () => {
  it("A30 is not asked about unless the app wants it, and then before it is stored", async () => {
    setBeforeSend(http.world);
    expect((await http.post("/v1/messages", KEY, hello)).status).toBe(200);
    expect(asked).toEqual([]);
    setBeforeSend(http.world, { serverKeys: true });
    const second = { ...hello, packId: "m2" };
    expect(await http.post("/v1/messages", KEY, second)).toMatchObject({ status: 200, body: { seqId: 2 } });
    expect(asked).toEqual([
      { sessionId: chat, from: alice, messages: [{ packId: "m2", contentType: 1, content: "hello" }] },
    ]);
    decide = () => [{ action: "reject", reason: "no" }];
    expect(await http.post("/v1/messages", KEY, second)).toMatchObject({ status: 200, body: { repeated: true } });
    const refused = await http.post("/v1/messages", KEY, { ...hello, packId: "m3" });
    expect(refused).toMatchObject({ status: 422, body: { name: "HOOK_REJECTED" } });
    expect(contents()).toEqual(["hello", "checked"]);
  });

  it("A30 is asked about in one question for each sender and session of a batch", async () => {
    setBeforeSend(http.world, { serverKeys: true });
    const messages = [hello, { ...hello, packId: "n" }, { ...hello, packId: "o", to: "carol" }];
    decide = ({ length }) => Array.from({ length }, (_, at) => ({ action: at === 1 ? "reject" : "allow" }));
    const { body } = await http.post("/v1/messages/batch", KEY, { messages });
    expect(body).toMatchObject({ results: [{ status: 200 }, { status: 422 }, { status: 200 }] });
    expect(asked.map((question) => question.messages.length)).toEqual([2, 1]);
  });

  it("A30 is asked about when a server key edits", async () => {
    await http.post("/v1/messages", KEY, hello);
    setBeforeSend(http.world, { serverKeys: true });
    expect(await put(`/v1/sessions/${chat}/messages/1`, { content: "edited" })).toBe(200);
    expect(asked).toMatchObject([{ sessionId: chat, messages: [{ op: "override", seqId: 1, content: "edited" }] }]);
    decide = () => [{ action: "reject" }];
    expect(await put(`/v1/sessions/${chat}/messages/1`, { content: "again" })).toBe(422);
    expect(contents()[0]).toBe("checked");
  });

  it("A30 is asked about once for a job, which is refused as a whole, or has what the app gave it", async () => {
    setBeforeSend(http.world, { serverKeys: true });
    const notice = { packId: "job", from: alice, users: [bob, alice], content: "parcel" };
    await http.post("/v1/notices", KEY, notice);
    expect(asked).toEqual([]);
    setBeforeSend(http.world, { serverKeys: true, sessions: ["notice", "single"] });
    // It is started already: nothing is decided about it any more.
    expect((await http.post("/v1/notices", KEY, notice)).status).toBe(202);
    expect((await http.post("/v1/notices", KEY, { ...notice, packId: "job2" })).status).toBe(202);
    expect(asked[1]).toMatchObject({ sessions: 2, from: alice, messages: [{ packId: "job2", content: "parcel" }] });
    http.world.quiesce(60_000);
    expect(contents(noticeSessionId(app, bob))).toEqual(["parcel", "checked"]);
    for (const [path, body] of [
      ["/v1/notices", { ...notice, packId: "job3", users: "all" }],
      ["/v1/jobs/broadcast", { packId: "job4", from: alice, users: "all", content: "parcel" }],
    ] as const) {
      expect((await http.post(path, KEY, body)).status).toBe(202);
      expect(asked.at(-1)).toMatchObject({ sessions: "all", from: alice, messages: [{ packId: body.packId }] });
    }
    decide = () => [{ action: "reject" }];
    const broadcast = { packId: "b", from: alice, users: [bob], content: "moving" };
    expect((await http.post("/v1/jobs/broadcast", KEY, broadcast)).status).toBe(422);
    expect(contents()).toEqual([]);
  });
});
