import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { ERRORS } from "../../src/protocol/errors.ts";
import { api, keyOf } from "../support/api.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone, upTo } from "../support/person.ts";
import { ROOT } from "../support/repository.ts";
import { decided, type Posted, WebhookReceiver } from "../support/webhook-receiver.ts";

const app = "hooks" as const;
const key = keyOf(app);

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await WebhookReceiver.listen(inject("webhookPort"));
});
afterEach(() => receiver.close());

const singleOf = (...users: string[]) => `SC_${users.sort().join("_")}`;
const contentOf = ({ data }: Posted) => (data.entry as { content?: unknown } | undefined)?.content; // SAFETY: an entry, if there is one
const sessionOf = ({ data }: Posted) => String(data.sessionId);

onEveryHost("webhooks", (url) => {
  const ask = (path: string, body?: unknown, method?: string) =>
    api(url, path, { key, ...(body === undefined ? {} : { body }), ...(method === undefined ? {} : { method }) });

  async function subscribe(events: string[], bot?: string): Promise<string> {
    const body = { packId: someone("w"), url: receiver.url, events, ...(bot === undefined ? {} : { bot }) };
    const answer = await ask("/v1/webhooks", body);
    expect(answer.status).toBe(200);
    const { secret, endpointId } = answer.body as unknown as { secret: string; endpointId: string }; // SAFETY: what the route answers
    receiver.secret = secret;
    return `/v1/webhooks/${endpointId}`;
  }

  const send = (from: string, to: string, content: string) =>
    ask("/v1/messages", { packId: content, from, to, content });
  const heldBy = (path: string) => ask(path, undefined, "DELETE");

  it("tells a flaky receiver everything, each session in order, signed, and again on request", async () => {
    const [alice, bob, carol] = [someone("alice"), someone("bob"), someone("carol")];
    const [flaky, fine] = [singleOf(alice, bob), singleOf(alice, carol)];
    const fails = (posted: Posted, attempt: number) =>
      (contentOf(posted) === "b1" && attempt <= 2) || (contentOf(posted) === "b3" && attempt === 1);
    receiver.answer = (posted, attempt) => (fails(posted, attempt) ? 500 : 204);
    const path = await subscribe(["message", "control"]);
    for (const n of upTo(4)) {
      await send(alice, bob, `b${n}`);
      await send(alice, carol, `c${n}`);
    }
    expect((await ask(`/v1/sessions/${fine}/messages/1/recall`, undefined, "POST")).status).toBe(200);
    const takenOf = (session: string) => receiver.taken.filter((one) => sessionOf(one) === session);
    await receiver.until(() => takenOf(fine).length === 5 && takenOf(flaky).length === 1);
    expect(takenOf(fine).map(contentOf)).toEqual(["c1", "c2", "c3", "c4", undefined]);
    await receiver.until(() => takenOf(flaky).length === 4);
    expect(takenOf(flaky).map(contentOf)).toEqual(["b1", "b2", "b3", "b4"]);
    expect(receiver.posts.filter(({ id }) => id === takenOf(flaky)[0]?.id)).toHaveLength(3);
    expect(receiver.forged).toEqual([]);

    const before = receiver.taken.splice(0).map(({ id }) => id);
    receiver.answer = () => 204;
    expect((await ask(`${path}/replay`, { since: 0 })).body).toEqual({ events: 9 });
    await receiver.until(() => receiver.taken.length === 9);
    expect(new Set(receiver.taken.map(({ id }) => id))).toEqual(new Set(before));
    expect(takenOf(flaky).map(contentOf)).toEqual(["b1", "b2", "b3", "b4"]);
    // What was recalled is told again without what it said.
    expect(takenOf(fine).map(contentOf)).toEqual(["", "c2", "c3", "c4", undefined]);
    await heldBy(path);
  });

  it("lets a receiver that hangs hold up the session that it hangs on, and nothing else", async () => {
    const [alice, bob, carol] = [someone("alice"), someone("bob"), someone("carol")];
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    receiver.answer = async (posted) => {
      if (sessionOf(posted) === singleOf(alice, bob)) await released;
      return 204;
    };
    const path = await subscribe(["message"]);
    await send(alice, bob, "hangs");
    await receiver.until(() => receiver.posts.length === 1);
    for (const n of upTo(3)) await send(alice, carol, `c${n}`);
    await send(alice, bob, "waits");
    await receiver.until(() => receiver.taken.length === 3);
    expect(receiver.taken.map(contentOf)).toEqual(["c1", "c2", "c3"]);
    expect(receiver.posts.map(contentOf)).not.toContain("waits");
    release();
    await receiver.until(() => receiver.taken.length === 5);
    expect(receiver.taken.map(contentOf).slice(3)).toEqual(["hangs", "waits"]);
    await heldBy(path);
  });

  it("stops when the receiver is gone, keeps what it had, and goes on when it is told to", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    receiver.answer = () => 410;
    const path = await subscribe(["message"]);
    await send(alice, bob, "kept");
    const isDisabled = async () => {
      const { state } = (await ask(path)).body as unknown as { state: { kind: string; why?: string } }; // SAFETY: what the route answers
      return state.why === "gone";
    };
    while (!(await isDisabled()));
    receiver.answer = () => 204;
    await ask(path, { enabled: true }, "PATCH");
    await receiver.until(() => receiver.taken.length === 1);
    expect(receiver.taken.map(contentOf)).toEqual(["kept"]);
    await heldBy(path);
  });

  it("signs with both secrets while they change, and tells what users do", async () => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const path = await subscribe(["read", "presence"]);
    const old = receiver.secret;
    const { secret } = (await ask(`${path}/rotate`, {})).body as unknown as { secret: string }; // SAFETY: what the route answers
    expect(secret).not.toBe(old);
    await send(alice, bob, "hello");
    const person = await Person.online({ url, userId: bob, app });
    await person.client.read(singleOf(alice, bob), 1);
    await receiver.until(() => receiver.taken.length === 2);
    receiver.secret = secret;
    expect(receiver.taken.map(({ type, data }) => [type, data.userId])).toEqual([
      ["presence.online", bob],
      ["read.moved", bob],
    ]);
    expect(receiver.forged).toEqual([]);
    await person.client.close();
    await heldBy(path);
  });

  describe("before a message is stored", () => {
    async function asked(serverKeys = false): Promise<void> {
      const body = { url: receiver.url, onFailure: "closed", timeoutMs: 1_000, serverKeys };
      const answer = await ask("/v1/before-send", body, "PUT");
      expect(answer.status).toBe(200);
      receiver.secret = (answer.body as unknown as { secret: string }).secret; // SAFETY: what the route answers
    }

    afterEach(() => ask("/v1/before-send", undefined, "DELETE"));

    it("the app rejects and replaces, and a session that waits for it holds up no other", async () => {
      const [alice, bob, carol] = [someone("alice"), someone("bob"), someone("carol")];
      await asked();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      receiver.answer = async (posted) => {
        if (sessionOf(posted) === singleOf(alice, carol)) await released;
        return decided(posted);
      };
      const person = await Person.online({ url, userId: alice, app });
      const ended: string[] = [];
      const say = async (to: string, content: string) => {
        const sent = person.client.send(singleOf(alice, to), content);
        await sent.then(
          () => ended.push(content),
          (error: { code: number; message: string }) => ended.push(`${content}: ${error.code} ${error.message}`),
        );
      };
      const slow = say(carol, "slow");
      await receiver.until(() => receiver.posts.length === 1);
      await Promise.all(["one", "a bad word", "a secret", "two"].map((content) => say(bob, content)));
      expect(ended.sort()).toEqual([
        `a bad word: ${ERRORS.HOOK_REJECTED.code} ${ERRORS.HOOK_REJECTED.message}: 7 be kind`,
        "a secret",
        "one",
        "two",
      ]);
      release();
      await slow;
      const { body } = await ask(`/v1/sessions/${singleOf(alice, bob)}/messages`);
      expect(body.entries.map((entry) => entry.kind === "message" && entry.content)).toEqual(["one", "***", "two"]);
      expect(receiver.forged).toEqual([]);
      await person.client.close();
    });

    it("edits, streams and what its own servers send are decided about, too", async () => {
      const [alice, bob] = [someone("alice"), someone("bob")];
      const session = singleOf(alice, bob);
      const person = await Person.online({ url, userId: alice, app });
      await person.client.send(session, "one");
      await asked(true);
      receiver.answer = decided;
      await person.client.messages.edit(session, 1, { content: "a secret" });
      const rejected = { code: ERRORS.HOOK_REJECTED.code };
      await expect(person.client.messages.edit(session, 1, { content: "a bad word" })).rejects.toMatchObject(rejected);
      const stream = person.client.stream(session);
      stream.write("a ");
      stream.write("bad word");
      await expect(stream.close()).rejects.toMatchObject(rejected);
      const server = await ask("/v1/messages", { packId: "s", from: bob, to: alice, content: "also bad" });
      expect(server).toMatchObject({ status: 422, body: { name: "HOOK_REJECTED" } });
      const { body: log } = await ask(`/v1/sessions/${session}/messages`);
      expect(log.entries.map((entry) => entry.kind === "message" && [entry.content, entry.gone?.as])).toEqual([
        ["***", undefined],
        false,
        ["", "deleted"],
        false,
      ]);
      await person.client.close();
    });

    it.each(["open", "closed"] as const)("an app that does not answer in time: %s", async (onFailure) => {
      const [alice, bob] = [someone("alice"), someone("bob")];
      const body = { url: receiver.url, onFailure, timeoutMs: 50 };
      expect((await ask("/v1/before-send", body, "PUT")).status).toBe(200);
      receiver.answer = () => new Promise(() => undefined);
      const issued = await ask("/v1/tokens", { userId: alice });
      const sent = await api(url, "/v1/messages", {
        key: issued.body.token,
        body: { packId: "p", to: bob, content: "hello" },
      });
      if (onFailure === "open") expect(sent).toMatchObject({ status: 200, body: { seqId: 1 } });
      else expect(sent).toMatchObject({ status: 503, body: { name: "HOOK_UNANSWERED" } });
      const { body: log } = await ask(`/v1/sessions/${singleOf(alice, bob)}/messages`);
      expect(log.entries).toHaveLength(onFailure === "open" ? 1 : 0);
    });
  });

  it("the echo bot of the examples answers", async () => {
    const [alice, bot] = [someone("alice"), someone("echo")];
    // Where the servers may call: the receiver's own place.
    await receiver.close();
    const env = {
      ...process.env,
      PARLEY_URL: url,
      PARLEY_KEY: key,
      BOT_USER: bot,
      BOT_PORT: String(inject("webhookPort")),
    };
    const node = join(ROOT, "node_modules/.bin/node");
    const child = spawn(node, [join(ROOT, "examples/echo-bot.ts")], { env, stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const person = await Person.online({ url, userId: alice, app });
    const session = singleOf(alice, bot);
    await person.client.send(session, "is anybody there?");
    await person.until(() => person.seen(session).length === 2);
    expect(person.seen(session)).toMatchObject([
      { from: alice, content: "is anybody there?" },
      { from: bot, content: "is anybody there?" },
    ]);
    await person.client.close();
    child.kill();
    await once(child, "exit");
    receiver = await WebhookReceiver.listen(inject("webhookPort"));
    const { body } = await ask("/v1/webhooks");
    const { endpoints } = body as unknown as { endpoints: { endpointId: string; bot?: string }[] }; // SAFETY: what the route answers
    for (const one of endpoints) if (one.bot === bot) await heldBy(`/v1/webhooks/${one.endpointId}`);
  });
});
