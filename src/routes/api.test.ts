import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { alice, app, chat } from "../../test/sim/names.ts";

let http: SimHttp;
beforeEach(() => {
  http = new SimHttp();
});

interface Asked {
  readonly credential?: string;
  readonly key?: string;
  readonly ifMatch?: string;
  readonly body?: object;
}

async function ask(method: string, path: string, { credential = KEY, key, ifMatch, body }: Asked = {}) {
  const headers = {
    Authorization: `Bearer ${credential}`,
    "Content-Type": "application/json",
    ...(key === undefined ? {} : { "Idempotency-Key": key }),
    ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await http.raw(path, init);
  const answer = (await response.json()) as Answer["body"]; // SAFETY: every route answers with a JSON object
  return { status: response.status, headers: response.headers, body: answer };
}

const tokenOf = (userId = alice) =>
  http.tokens.sign({ app, userId, tokenId: "t", expiresAtMs: http.world.nowMs + 60_000 }, http.world.nowMs);
const team = { info: { name: "Tea" }, userIds: ["bob"] };

async function newGroup(): Promise<string> {
  const { body } = await ask("POST", "/v1/groups?by=alice", { key: "g", body: team });
  return String(body.groupId);
}

describe("an Idempotency-Key", () => {
  it("gives the same token, of which nothing is stored that opens a door", async () => {
    const asked = { key: "k", body: { userId: "alice" } };
    const first = await ask("POST", "/v1/tokens", asked);
    http.world.nowMs += 60_000;
    expect((await ask("POST", "/v1/tokens", asked)).body).toEqual(first.body);
    expect((await ask("POST", "/v1/tokens", { ...asked, credential: OTHER_KEY })).body).not.toEqual(first.body);
    const other = await ask("POST", "/v1/tokens", { key: "k", body: { userId: "alice", ttlSeconds: 5 } });
    expect(other).toMatchObject({ status: 409, body: { name: "PACK_CONFLICT" } });
  });

  it("is a message's packId, and the packIds of a batch", async () => {
    const body = { from: "alice", to: "bob", content: "hello" };
    expect(await ask("POST", "/v1/messages", { key: "k", body })).toMatchObject({ body: { seqId: 1 } });
    expect(await ask("POST", "/v1/messages", { key: "k", body })).toMatchObject({ body: { seqId: 1, repeated: true } });
    expect(await ask("POST", "/v1/messages", { body })).toMatchObject({ status: 400 });
    const batch = { key: "b", body: { messages: [body, { ...body, content: "again" }] } };
    await ask("POST", "/v1/messages/batch", batch);
    const { body: answer } = await ask("POST", "/v1/messages/batch", batch);
    expect(answer.results).toMatchObject([{ sent: { seqId: 2, repeated: true } }, { sent: { seqId: 3 } }]);
  });

  it("makes one group, and brings nobody back who has left since", async () => {
    const groupId = await newGroup();
    expect(await newGroup()).toBe(groupId);
    const bring = { key: "b", body: { userIds: ["bob"] } };
    expect(await ask("POST", `/v1/groups/${groupId}/members`, bring)).toMatchObject({
      status: 200,
      body: { seqId: 0 },
    });
    await ask("POST", `/v1/groups/${groupId}/quit?by=bob`);
    expect(await ask("POST", `/v1/groups/${groupId}/members`, bring)).toMatchObject({ status: 200 });
    const { body } = await ask("GET", `/v1/groups/${groupId}/members`);
    expect(body.members).toMatchObject([{ userId: "alice" }]);
  });

  it("that is none is refused", async () => {
    expect(await ask("POST", "/v1/tokens", { key: "a b", body: { userId: "alice" } })).toMatchObject({ status: 400 });
  });
});

describe("a batch", () => {
  it("has a result for each message, in order, whatever becomes of the others", async () => {
    const groupId = await newGroup();
    const from = "alice";
    const messages = [
      { packId: "1", from, to: "bob", content: "one" },
      { packId: "2", from: "carol", sessionId: groupId, content: "stranger" },
      { packId: "3", from, to: "bob", content: "" },
      { packId: "4", from, sessionId: groupId, content: "group" },
      { from, to: "bob", content: "no packId" },
      { packId: "6", from, to: "bob", content: "six" },
    ];
    const { body } = await ask("POST", "/v1/messages/batch", { body: { messages } });
    expect(body.results).toMatchObject([
      { status: 200, sent: { sessionId: chat, seqId: 1 } },
      { status: 403, problem: { name: "NOT_IN_GROUP" } },
      { status: 400, problem: { name: "TOO_SHORT" } },
      { status: 200, sent: { sessionId: groupId, seqId: 2 } },
      { status: 400, problem: { name: "BAD_PARAMETER" } },
      { status: 200, sent: { sessionId: chat, seqId: 2 } },
    ]);
  });

  it("has at most 500", async () => {
    const messages = Array.from({ length: 501 }, (_, n) => ({ packId: `p${n}`, from: "a", to: "b", content: "x" }));
    expect(await ask("POST", "/v1/messages/batch", { body: { messages } })).toMatchObject({ status: 400 });
    const most = await ask("POST", "/v1/messages/batch", { body: { messages: messages.slice(1) } });
    expect(most.body.results).toHaveLength(500);
  });
});

describe("a server key", () => {
  it("acts in the name of a group's owner when it names nobody", async () => {
    const groupId = await newGroup();
    const path = `/v1/groups/${groupId}`;
    expect(await ask("PATCH", path, { body: { name: "Coffee" } })).toMatchObject({ status: 200, body: { seqId: 2 } });
    const { body } = await ask("GET", `/v1/sessions/${groupId}/messages`);
    expect(body.entries).toMatchObject([{ from: "alice" }, { from: "alice", notice: { event: "updated" } }]);
    expect(await ask("PATCH", `${path}?by=bob`, { body: { name: "Bob's" } })).toMatchObject({ status: 403 });
  });

  it("moderates what others wrote, and a user does not", async () => {
    await ask("POST", "/v1/messages", { body: { packId: "p", from: "alice", to: "bob", content: "rude" } });
    const path = `/v1/sessions/${chat}/messages/1`;
    const bob = await tokenOf("bob" as typeof alice); // SAFETY: a user id
    expect(await ask("DELETE", path, { credential: bob })).toMatchObject({ status: 403 });
    http.world.nowMs += 86_400_000;
    expect(await ask("DELETE", path)).toMatchObject({ status: 200, body: { seqId: 2 } });
    expect((await ask("GET", `/v1/sessions/${chat}/messages`)).body.entries).toMatchObject([{ gone: {} }, {}]);
  });

  it("is not bound by what users agreed on", async () => {
    await ask("PUT", "/v1/users/bob/blocks/alice");
    const body = { packId: "p", from: "alice", to: "bob", content: "an invoice" };
    const own = { ...body, packId: "q", from: undefined };
    expect(await ask("POST", "/v1/messages", { credential: await tokenOf(), body: own })).toMatchObject({
      status: 403,
    });
    expect(await ask("POST", "/v1/messages", { body })).toMatchObject({ status: 200 });
  });

  it("makes friends at once, for both", async () => {
    expect(await ask("PUT", "/v1/users/alice/friends/bob", { body: {} })).toMatchObject({ body: { state: "friend" } });
    const { body } = await ask("GET", "/v1/users/bob/friends");
    expect(body.relations).toMatchObject([{ userId: "alice", state: "friend" }]);
  });
});

describe("a user token", () => {
  it("that was taken back ends here, too", async () => {
    http.world.connect(alice, { deviceId: "phone", tokenId: "t" });
    const credential = await tokenOf();
    expect(await ask("GET", "/v1/users/alice/devices", { credential })).toMatchObject({ status: 200 });
    expect(await ask("DELETE", "/v1/users/alice/devices")).toMatchObject({ body: { kicked: 1 } });
    const revoked = { status: 401, body: { name: "TOKEN_REVOKED" } };
    expect(await ask("GET", "/v1/users/alice/devices", { credential })).toMatchObject(revoked);
    expect(await ask("GET", `/v1/sessions/${chat}/messages`, { credential })).toMatchObject(revoked);
  });
});

describe("an ETag", () => {
  it("lets one of two changes of a group pass", async () => {
    const path = `/v1/groups/${await newGroup()}`;
    const ifMatch = String((await ask("GET", path)).headers.get("ETag"));
    expect(await ask("PATCH", path, { ifMatch, body: { name: "Coffee" } })).toMatchObject({ status: 200 });
    const late = await ask("PATCH", path, { ifMatch, body: { name: "Cocoa" } });
    expect(late).toMatchObject({ status: 412, body: { name: "PRECONDITION_FAILED" } });
  });

  it("is that of a profile before and after its change", async () => {
    const path = "/v1/users/alice";
    const ifMatch = String((await ask("GET", path)).headers.get("ETag"));
    const changed = await ask("PATCH", path, { ifMatch, body: { name: "Alice" } });
    expect(changed.headers.get("ETag")).toBe((await ask("GET", path)).headers.get("ETag"));
    expect(await ask("PATCH", path, { ifMatch, body: { name: "Al" } })).toMatchObject({ status: 412 });
  });
});
