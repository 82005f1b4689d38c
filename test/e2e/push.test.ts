import { randomUUID } from "node:crypto";
import { describe, expect, inject } from "vitest";
import { singleSessionId } from "../../src/client/index.ts";
import type { PushProviderName } from "../../src/protocol/push-provider-name.ts";
import { api } from "../support/api.ts";
import { atOnceOnEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";
import { logUntil, Phone } from "../support/phones.ts";

const phoneOf = (url: string, userId: string, provider: PushProviderName) =>
  Phone.of({ url, desk: inject("phoneDesk"), userId, provider });

async function say(url: string, names: { from: string; to: string }, content: string) {
  const { status, body } = await api(url, "/v1/messages", { body: { packId: randomUUID(), ...names, content } });
  expect(status).toBe(200);
  return body;
}

describe("a push", () => {
  atOnceOnEveryHost(
    "shows an offline user each message once, with the exact count of all that is unread",
    async (url) => {
      const [alice, bob, carol] = [someone("alice"), someone("bob"), someone("carol")];
      const phone = await phoneOf(url, bob, "apns");
      await say(url, { from: alice, to: bob }, "Hello Bob");
      expect(await phone.until(1)).toMatchObject([{ kind: "shown", body: "Hello Bob", badge: 1 }]);
      await say(url, { from: carol, to: bob }, "And from me");
      expect(await phone.until(2)).toMatchObject([{ badge: 1 }, { kind: "shown", body: "And from me", badge: 2 }]);
      const reader = await Person.online({ url, userId: bob });
      await say(url, { from: carol, to: bob }, "Are you there?");
      await reader.untilSeen(singleSessionId(bob, carol), 2);
      reader.close();
      // Until the server has noticed that nobody looks any more.
      while ((await phone.seen()).length < 3) await say(url, { from: carol, to: bob }, "You are gone");
      expect((await phone.seen())[2]).toMatchObject({ body: "You are gone" });
    },
  );

  atOnceOnEveryHost("reaches all of a user's devices, whoever made them", async (url) => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const phones = await Promise.all((["fcm", "huawei", "webpush"] as const).map((name) => phoneOf(url, bob, name)));
    await say(url, { from: alice, to: bob }, "Everywhere");
    for (const phone of phones) expect(await phone.until(1)).toMatchObject([{ kind: "shown", body: "Everywhere" }]);
    const records = await logUntil(url, bob, "sent");
    for (const phone of phones) expect(await phone.seen()).toHaveLength(1);
    expect(records.filter(({ event }) => event !== "sent")).toEqual([]);
  });

  atOnceOnEveryHost("forgets a token that its provider calls dead", async (url) => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const [dead, alive] = [await phoneOf(url, bob, "fcm"), await phoneOf(url, bob, "oppo")];
    await dead.order({ fault: { kind: "error", code: "UNREGISTERED" } });
    await say(url, { from: alice, to: bob }, "Hello");
    await alive.until(1);
    await logUntil(url, bob, "dropToken");
    const { body } = await api(url, `/v1/users/${bob}/push-tokens`);
    expect(body.tokens).toMatchObject([{ tokenId: alive.tokenId, provider: "oppo" }]);
  });

  atOnceOnEveryHost("of a message that was recalled in time is not sent", async (url) => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const phone = await phoneOf(url, bob, "fcm");
    await phone.order({ fault: { kind: "drop" } });
    const { sessionId, seqId } = await say(url, { from: alice, to: bob }, "Oh no");
    await logUntil(url, bob, "retry");
    const recalled = await api(url, `/v1/sessions/${sessionId}/messages/${seqId}/recall?by=${alice}`, { body: {} });
    expect(recalled.status).toBe(200);
    await logUntil(url, bob, "skipped");
    expect(await phone.seen()).toEqual([]);
  });

  atOnceOnEveryHost("of a message that is recalled too late is taken back", async (url) => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const phone = await phoneOf(url, bob, "apns");
    const { sessionId, seqId } = await say(url, { from: alice, to: bob }, "Oh no");
    await phone.until(1);
    await logUntil(url, bob, "sent");
    await api(url, `/v1/sessions/${sessionId}/messages/${seqId}/recall?by=${alice}`, { body: {} });
    const [shown, withdrawn] = await phone.until(2);
    expect(withdrawn).toMatchObject({ kind: "withdrawn", collapseId: shown?.collapseId, badge: 0 });
  });

  atOnceOnEveryHost("comes, once, when a provider that was away is back", async (url) => {
    const [alice, bob] = [someone("alice"), someone("bob")];
    const phone = await phoneOf(url, bob, "xiaomi");
    await phone.order({ fault: { kind: "drop" }, times: 2 });
    await say(url, { from: alice, to: bob }, "Patience");
    expect(await phone.until(1)).toMatchObject([{ kind: "shown", body: "Patience" }]);
    const records = await logUntil(url, bob, "sent");
    expect(records.map(({ event }) => event)).toEqual(["sent", "retry", "retry"]);
  });
});
