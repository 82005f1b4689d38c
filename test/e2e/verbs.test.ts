import { expect, it, vi } from "vitest";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";
import { tokenFor } from "../support/tokens.ts";

const online = (url: string, name: string) => Person.online({ url, userId: someone(name) });

function close(...people: Person[]): void {
  for (const person of people) person.close();
}

/** Verbs that no other file here asks of a real server. */
onEveryHost("the client", (url) => {
  it("reacts, pins and forwards, and takes back what can be taken back", async () => {
    const [alice, bob, carol] = await Promise.all([online(url, "alice"), online(url, "bob"), online(url, "carol")]);
    const [chat, other] = [alice.with(bob), alice.with(carol)];
    for (const text of ["one", "two"]) await alice.client.send(chat, text);
    await bob.untilSeen(chat, 2);
    const { messages } = bob.client;
    for (const reaction of ["+", "-"]) await messages.react(chat, 1, reaction);
    await messages.unreact(chat, 1, "-");
    expect(await alice.client.messages.reactions(chat, 1)).toEqual([{ reaction: "+", users: [bob.userId] }]);
    await messages.pin(chat, 2);
    await messages.unpin(chat, 2);
    expect(await alice.client.messages.pins(chat)).toEqual([]);
    await bob.client.read(chat, 2);
    const entries = bob.seen(chat).slice(0, 2);
    const given = entries.map((entry) => ({ sessionId: chat, entry }));
    await alice.client.messages.forward(given, other);
    await alice.client.messages.forwardMerged(given, other, "From Bob");
    await carol.untilSeen(other, 3);
    expect(carol.seen(other)).toMatchObject([
      { content: "one" },
      { content: "two" },
      { content: { title: "From Bob" } },
    ]);
    await carol.client.sessionList.hide(other);
    expect((await carol.client.sessionList.page()).sessions).toEqual([]);
    close(alice, bob, carol);
  });

  it("orders a group", async () => {
    const [alice, bob] = await Promise.all([online(url, "alice"), online(url, "bob")]);
    const { groups } = alice.client;
    const { groupId } = await groups.create({ name: "Tea", joinPolicy: "approval" });
    await bob.client.groups.join(groupId, undefined, "May I?");
    expect(await groups.requests(groupId)).toMatchObject([{ userId: bob.userId, greeting: "May I?" }]);
    const refused = bob.client.once("syncCommand", ({ what, id }) => what === "group.requests" && id === groupId);
    await groups.answer(groupId, bob.userId, false);
    await refused;
    await groups.ban(groupId, [bob.userId]);
    await expect(bob.client.groups.join(groupId)).rejects.toMatchObject({ errorName: "BANNED" });
    await groups.unban(groupId, [bob.userId]);
    await groups.join(groupId, [bob.userId]);
    await bob.client.groups.setNickname(groupId, "Bobby");
    expect(await groups.members(groupId)).toMatchObject([
      { userId: alice.userId, role: "owner" },
      { userId: bob.userId, nickname: "Bobby" },
    ]);
    close(alice, bob);
  });

  it("moves the pushes of a phone to whoever registers it", async () => {
    const [alice, bob] = await Promise.all([online(url, "alice"), online(url, "bob")]);
    const phone = { provider: "fcm", token: someone("token"), packageName: "org.example.chat" } as const;
    const { tokenId } = await alice.client.pushes.register(phone);
    // Registering again is what apps do, and settles whose claim comes last.
    await vi.waitUntil(async () => {
      await bob.client.pushes.register(phone);
      return (await alice.client.pushes.list()).length === 0;
    });
    expect(await bob.client.pushes.list()).toMatchObject([{ tokenId, provider: "fcm" }]);
    expect(await bob.client.pushes.settings({ hideContent: true })).toEqual({ hideContent: true });
    await bob.client.pushes.setForeground(false);
    expect(await bob.client.pushes.unregister()).toBe(1);
    close(alice, bob);
  });

  it("ends friendships and sessions of other devices", async () => {
    const [alice, bob] = await Promise.all([online(url, "alice"), online(url, "bob")]);
    await alice.client.friends.add(bob.userId);
    await bob.client.friends.answer(alice.userId, true);
    await alice.client.friends.setRemark(bob.userId, "Bobby");
    await alice.client.friends.remove(bob.userId);
    const { relations } = await alice.client.friends.sync();
    expect(relations).toMatchObject([{ userId: bob.userId, state: "none", remark: "Bobby" }]);
    await alice.client.blocks.add(bob.userId);
    expect(await alice.client.blocks.list()).toEqual([bob.userId]);
    const token = await tokenFor(alice.userId);
    const phone = await Person.online({ url, userId: alice.userId, deviceType: "ios", token: () => token });
    expect(await alice.client.devices.kickOthers()).toBe(1);
    await phone.until(() => phone.client.status.state === "closed");
    await alice.client.devices.logout();
    await alice.until(() => alice.client.status.state === "closed");
    close(alice, bob, phone);
  });
});
