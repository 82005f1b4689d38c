import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { someone, upTo } from "../support/person.ts";
import { freePort, NATIVE_HOSTS, ServerProcess, temporaryDirectory } from "../support/server-process.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";

const SESSIONS = 20;
const MESSAGES = 10;

describe.each(NATIVE_HOSTS)("%s, killed with deliveries to a webhook outstanding", (host) => {
  it("loses no event and keeps the order of every session", { timeout: 120_000 }, async () => {
    const receiver = await WebhookReceiver.listen(await freePort());
    // Now and then it fails, and now and then it never answers.
    receiver.answer = (_, attempt) => {
      const dice = receiver.posts.length % 10;
      if (attempt === 1 && dice === 3) return 503;
      return attempt === 1 && dice === 7 ? new Promise(() => undefined) : 204;
    };
    const [dataDir, port] = [temporaryDirectory(), await freePort()];
    const variables = { PARLEY_WEBHOOK_ORIGINS: new URL(receiver.url).origin };
    const start = () => ServerProcess.start({ host, dataDir, port, variables });
    let server = await start();
    await api(server.url, "/v1/webhooks", { body: { packId: "w", url: receiver.url, events: ["message"] } });
    const [alice, others] = [someone("alice"), upTo(SESSIONS).map((n) => someone(`u${n}`))];
    const messages = upTo(MESSAGES).flatMap((n) =>
      others.map((to, index) => ({ packId: `${index}-${n}`, from: alice, to, content: String(n) })),
    );
    expect((await api(server.url, "/v1/messages/batch", { body: { messages } })).status).toBe(200);
    await receiver.until(() => receiver.taken.length >= 60);
    // Posts that hang at this moment die with the server.
    receiver.answer = () => 204;
    await server.kill();
    expect(receiver.taken.length).toBeLessThan(messages.length);
    server = await start();
    const firsts = () => new Map(receiver.taken.map(({ id, data }) => [id, data]));
    await receiver.until(() => firsts().size === messages.length);
    const inOrder = Map.groupBy(firsts().values(), ({ sessionId }) => sessionId);
    expect(inOrder.size).toBe(SESSIONS);
    const wanted = upTo(MESSAGES).map(String);
    for (const taken of inOrder.values())
      expect(taken.map(({ entry }) => (entry as { content: string }).content)).toEqual(wanted); // SAFETY: messages with text
    await server.kill();
    await server.dispose();
    await receiver.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
