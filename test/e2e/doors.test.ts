import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { CLOSE } from "../../src/protocol/close-codes.ts";
import { api, keyOf } from "../support/api.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone, upTo } from "../support/person.ts";
import { RawSocket } from "../support/raw-socket.ts";
import { tokenFor } from "../support/tokens.ts";

onEveryHost("the doors", (url) => {
  const closeCodeOf = async (options: Partial<ConstructorParameters<typeof RawSocket>[0]>) =>
    (await new RawSocket({ url, ...options }).closed).code;

  describe("for WebSockets", () => {
    it("refuse whoever has no good token, with the code that says why", async () => {
      const user = someone("user");
      const forged = await new SignJWT({ app: "main" })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(user)
        .setExpirationTime("1h")
        .sign(new TextEncoder().encode("another-secret-that-is-long-enough-0123"));
      expect(await closeCodeOf({})).toBe(CLOSE.UNAUTHORIZED);
      expect(await closeCodeOf({ token: "no.jwt.atall" })).toBe(CLOSE.UNAUTHORIZED);
      expect(await closeCodeOf({ token: forged })).toBe(CLOSE.UNAUTHORIZED);
      expect(await closeCodeOf({ token: keyOf("main") })).toBe(CLOSE.UNAUTHORIZED);
      expect(await closeCodeOf({ token: await tokenFor(user, "main", -60_000) })).toBe(CLOSE.TOKEN_EXPIRED);
      expect(await closeCodeOf({ protocols: [], authorization: `Bearer ${await tokenFor(user)}` })).toBe(
        CLOSE.PROTOCOL_ERROR,
      );
      expect(await closeCodeOf({ token: await tokenFor(user), deviceId: "" })).toBe(CLOSE.PROTOCOL_ERROR);
      expect(await closeCodeOf({ token: await tokenFor(user), deviceType: "toaster" })).toBe(CLOSE.PROTOCOL_ERROR);
    });

    it("take the token from the Authorization header as well", async () => {
      const authorization = `Bearer ${await tokenFor(someone("user"))}`;
      const raw = await new RawSocket({ url, authorization }).opened();
      expect(await raw.request({ type: "sync.sessions", packId: "1", since: 0 })).toMatchObject({ code: 0 });
      raw.close();
    });

    it("close when the token runs out", async () => {
      const userId = someone("user");
      const raw = await new RawSocket({ url, token: await tokenFor(userId, "main", 1_500) }).opened();
      await raw.request({ type: "sync.sessions", packId: "1", since: 0 });
      // Seconds are the resolution of a JWT.
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      raw.send({ type: "sync.sessions", packId: "2", since: 0 });
      expect((await raw.closed).code).toBe(CLOSE.TOKEN_EXPIRED);
    });
  });

  describe("for HTTP", () => {
    it("issue tokens to server keys, which work, and to nobody else", async () => {
      const userId = someone("user");
      const issued = await api(url, "/v1/tokens", { body: { userId, ttlSeconds: 60 } });
      expect(issued.status).toBe(200);
      const { token } = issued.body;
      const raw = await new RawSocket({ url, token }).opened();
      expect(await raw.request({ type: "sync.sessions", packId: "1", since: 0 })).toMatchObject({ code: 0 });
      raw.close();
      const asUser = await api(url, "/v1/tokens", { key: token, body: { userId } });
      expect([asUser.status, asUser.body.name]).toEqual([403, "ACCESS_DENIED"]);
      const anonymous = await api(url, "/v1/tokens", { key: null, body: { userId } });
      expect([anonymous.status, anonymous.body.name]).toEqual([401, "IDENTITY_MISSING"]);
      const wrongKey = await api(url, "/v1/tokens", { key: `${keyOf("main")}x`, body: { userId } });
      expect([wrongKey.status, wrongKey.body.name]).toEqual([401, "BAD_CREDENTIALS"]);
      expect((await api(url, "/dev/token", { body: { userId } })).status).toBe(404);
    });

    it("send for a user, once per packId, and read any session of the app", async () => {
      const bob = await Person.online({ url, userId: someone("bob") });
      const [from, packId] = [someone("shop"), randomUUID()];
      const body = { packId, from, to: bob.userId, content: "your parcel is here" };
      const first = await api(url, "/v1/messages", { body });
      const again = await api(url, "/v1/messages", { body });
      expect(first.body).toMatchObject({ sessionId: bob.with(from), seqId: 1 });
      expect(again.body).toEqual({ ...first.body, repeated: true });
      await bob.untilSeen(bob.with(from), 1);
      expect(bob.contents(bob.with(from))).toEqual(["your parcel is here"]);
      const history = await api(url, `/v1/sessions/${bob.with(from)}/messages?limit=10`);
      expect(history.body).toEqual({ entries: bob.seen(bob.with(from)), more: false });
      bob.close();
    });

    it("let a user act as nobody else", async () => {
      const [mallory, alice] = [someone("mallory"), someone("alice")];
      const key = await tokenFor(mallory);
      const own = await api(url, "/v1/messages", { key, body: { packId: "1", to: alice, content: "hi" } });
      expect([own.status, own.body.seqId]).toEqual([200, 1]);
      const forged = { packId: "2", from: alice, to: mallory, content: "I owe you" };
      expect((await api(url, "/v1/messages", { key, body: forged })).body.name).toBe("ACCESS_DENIED");
      const foreign = `SC_${alice}_zoe`;
      const intruding = { packId: "3", sessionId: foreign, content: "hello" };
      expect((await api(url, "/v1/messages", { key, body: intruding })).body.name).toBe("ACCESS_DENIED");
      expect((await api(url, `/v1/sessions/${foreign}/messages`, { key })).body.name).toBe("HISTORY_FORBIDDEN");
    });

    it("answer nonsense with coded problems", async () => {
      const names = async (path: string, body?: unknown) => {
        const answer = await api(url, path, body === undefined ? {} : { body });
        expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
        return [answer.status, answer.body.name];
      };
      expect(await names("/v1/nothing")).toEqual([404, "NO_SUCH_ROUTE"]);
      expect(await names("/v1/messages", "{")).toEqual([400, "MALFORMED"]);
      expect(await names("/v1/messages", { from: "a", to: "b", content: "no packId" })).toEqual([400, "BAD_PARAMETER"]);
      const long = { packId: "1", from: "a", to: "b", content: "x".repeat(65_537) };
      expect(await names("/v1/messages", long)).toEqual([413, "TOO_LONG"]);
      expect(await names("/v1/messages", { ...long, content: "x".repeat(1_100_000) })).toEqual([413, "TOO_LONG"]);
      expect(await names("/v1/messages", { ...long, content: "" })).toEqual([400, "TOO_SHORT"]);
      expect(await names("/v1/sessions/nonsense/messages")).toEqual([400, "BAD_PARAMETER"]);
      expect(await names("/v1/sessions/SC_a_b/messages?limit=201")).toEqual([400, "BAD_PARAMETER"]);
      expect(await names("/v1/connect")).toEqual([400, "BAD_PARAMETER"]);
      expect((await api(url, "/healthz", { key: null })).body).toEqual({ status: "ok" });
    });
  });

  it("keep two apps apart that have the same users and groups", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const people = await Promise.all([
      Person.online({ url, userId: alice, app: "main" }),
      Person.online({ url, userId: bob, app: "main" }),
      Person.online({ url, userId: alice, app: "other" }),
      Person.online({ url, userId: bob, app: "other" }),
    ]);
    const [mainAlice, mainBob, otherAlice, otherBob] = people;
    const chat = mainAlice.with(bob);
    await Promise.all(upTo(5).map((n) => mainAlice.client.send(chat, `main ${n}`, { packId: `p${n}` })));
    await otherAlice.client.send(chat, "other 1", { packId: "p1" });
    await Promise.all([mainBob.untilSeen(chat, 5), otherBob.untilSeen(chat, 1)]);
    expect(mainBob.contents(chat)).toEqual(upTo(5).map((n) => `main ${n}`));
    expect(otherBob.contents(chat)).toEqual(["other 1"]);
    const read = async (key: string) => (await api(url, `/v1/sessions/${chat}/messages`, { key })).body.entries.length;
    expect([await read(keyOf("main")), await read(keyOf("other"))]).toEqual([5, 1]);

    const { groupId } = await mainAlice.client.groups.create({ name: "ours", joinPolicy: "open" });
    await expect(otherBob.client.groups.join(groupId)).rejects.toMatchObject({ errorName: "NO_SUCH_GROUP" });
    expect(otherAlice.client.sessions()).toHaveLength(1);
    for (const person of people) person.close();
  });
});
