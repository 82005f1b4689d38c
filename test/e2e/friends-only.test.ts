import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { api } from "../support/api.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";
import { ROOT_KEY } from "../support/server-process.ts";

onEveryHost("an app where only friends write to each other", (url) => {
  it("refuses strangers and who is blocked, from the very next message on", async () => {
    const app = `f${randomUUID().slice(0, 8)}`;
    const made = await api(url, "/v1/apps", { key: ROOT_KEY, body: { app } });
    const policy = { key: ROOT_KEY, method: "PUT", body: { messages: "friends" } };
    const set = await api(url, `/v1/apps/${app}/policy`, policy);
    expect([made.status, set.status]).toEqual([200, 200]);
    const alice = await Person.online({ url, userId: someone("alice"), app });
    const bob = await Person.online({ url, userId: someone("bob"), app });
    const chat = alice.with(bob);
    await expect(alice.client.send(chat, "stranger")).rejects.toMatchObject({ errorName: "NOT_FRIENDS" });

    await alice.client.friends.add(bob.userId, { greeting: "hello" });
    await expect(alice.client.send(chat, "too early")).rejects.toMatchObject({ errorName: "NOT_FRIENDS" });
    await bob.client.friends.answer(alice.userId, true);
    expect(await alice.client.send(chat, "friend")).toMatchObject({ seqId: 1 });
    expect(await bob.client.send(chat, "friend, too")).toMatchObject({ seqId: 2 });

    await bob.client.blocks.add(alice.userId);
    await expect(alice.client.send(chat, "blocked")).rejects.toMatchObject({ errorName: "BLOCKED" });
    await bob.client.blocks.remove(alice.userId);
    expect(await alice.client.send(chat, "again")).toMatchObject({ seqId: 3 });
    await alice.client.friends.remove(bob.userId);
    await expect(bob.client.send(chat, "no more")).rejects.toMatchObject({ errorName: "NOT_FRIENDS" });
    for (const person of [alice, bob]) person.close();
  });
});
