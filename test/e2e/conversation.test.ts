import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { Entry, MessageEntry } from "../../src/client/index.ts";
import { api } from "../support/api.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";
import { tokenFor } from "../support/tokens.ts";

async function pair(url: string): Promise<{ alice: Person; bob: Person; chat: string }> {
  const [alice, bob] = await Promise.all([
    Person.online({ url, userId: someone("alice") }),
    Person.online({ url, userId: someone("bob") }),
  ]);
  return { alice, bob, chat: alice.with(bob) };
}

function close(...people: Person[]): void {
  for (const person of people) person.close();
}

const opsOf = (entries: readonly Entry[]) => entries.flatMap((one) => (one.kind === "control" ? one.control.op : []));

async function messageAt(person: Person, sessionId: string, seqId: number): Promise<MessageEntry> {
  const { entries } = await person.client.history(sessionId, { after: seqId - 1, limit: 1 });
  const [entry] = entries;
  if (entry?.kind !== "message") throw new Error(`no message ${seqId}`);
  return entry;
}

onEveryHost("a conversation", (url) => {
  it("has messages that are edited, recalled and deleted for everybody, with exact counts", async () => {
    const { alice, bob, chat } = await pair(url);
    for (const text of ["one", "two", "three", "four"]) await alice.client.send(chat, text);
    await bob.untilSeen(chat, 4);
    const { messages } = alice.client;
    await messages.edit(chat, 1, { content: "uno" });
    await messages.recall(chat, 2);
    await messages.delete(chat, 3);
    await bob.untilSeen(chat, 7);
    expect(opsOf(bob.seen(chat))).toEqual(["override", "recall", "delete"]);
    expect(bob.unread(chat)).toBe(2);
    expect(await messageAt(bob, chat, 1)).toMatchObject({ content: "uno", edited: { count: 1 } });
    for (const seqId of [2, 3]) expect(await messageAt(bob, chat, seqId)).toMatchObject({ content: "", gone: {} });
    await expect(bob.client.messages.recall(chat, 4)).rejects.toMatchObject({ errorName: "ACCESS_DENIED" });
    await expect(messages.recall(chat, 2)).rejects.toMatchObject({ errorName: "MESSAGE_GONE" });
    close(alice, bob);
  });

  it("tells a device that was away first what it must not show any more", async () => {
    const { alice, bob, chat } = await pair(url);
    await alice.client.send(chat, "secret");
    await bob.untilSeen(chat, 1);
    const { store } = bob;
    close(bob);
    await alice.client.messages.recall(chat, 1);
    const again = new Person({ url, userId: bob.userId, store });
    const told: string[] = [];
    again.client.on("priority", ({ entry }) => told.push(`priority ${entry.seqId}`));
    again.client.on("entry", ({ entry }) => told.push(`entry ${entry.seqId}`));
    again.client.connect();
    await again.untilSeen(chat, 2);
    expect(told).toEqual(["priority 2", "entry 2"]);
    close(alice, again);
  });

  it("has reactions, pins, and messages that one user deletes for themself", async () => {
    const { alice, bob, chat } = await pair(url);
    const phone = await Person.online({ url, userId: bob.userId, deviceType: "ios" });
    for (const text of ["one", "two"]) await alice.client.send(chat, text);
    await Promise.all([bob.untilSeen(chat, 2), phone.untilSeen(chat, 2)]);
    await bob.client.messages.react(chat, 1, "👍");
    await alice.client.messages.pin(chat, 2);
    await phone.untilSeen(chat, 4);
    expect((await messageAt(phone, chat, 1)).reactions).toEqual({ "👍": 1 });
    expect(await alice.client.messages.pins(chat)).toMatchObject([{ seqId: 2 }]);
    const hidden = new Promise((resolve) => phone.client.on("hidden", resolve));
    await bob.client.messages.hide(chat, [2]);
    expect(await hidden).toMatchObject({ sessionId: chat, seqIds: [2] });
    expect((await messageAt(phone, chat, 2)).gone?.as).toBe("hidden");
    expect((await messageAt(alice, chat, 2)).content).toBe("two");
    close(alice, bob, phone);
  });

  it("has messages that grow while they are written", async () => {
    const { alice, bob, chat } = await pair(url);
    const stream = alice.client.stream(chat);
    for (const word of ["It ", "grows ", "and ", "grows"]) stream.write(word);
    const { seqId } = await stream.opened;
    await stream.close();
    await bob.untilSeen(chat, seqId + 1);
    expect(opsOf(bob.seen(chat))).toEqual(["finish"]);
    const whole = await messageAt(bob, chat, seqId);
    expect([whole.content, whole.streaming]).toEqual(["It grows and grows", undefined]);
    close(alice, bob);
  });

  it("has receipts, typing and signals for whoever is there", async () => {
    const { alice, bob, chat } = await pair(url);
    const typing = new Promise((resolve) => bob.client.on("typing", resolve));
    const signal = new Promise((resolve) => bob.client.on("signal", resolve));
    const receipt = new Promise((resolve) => {
      alice.client.on("receipt", ({ userId, readSeqId }) => readSeqId === 1 && resolve(userId));
    });
    alice.client.typing(chat);
    expect(await typing).toMatchObject({ from: alice.userId, isTyping: true });
    await alice.client.signal(chat, "now");
    expect(await signal).toMatchObject({ from: alice.userId, content: "now" });
    await alice.client.send(chat, "hello");
    await bob.untilSeen(chat, 1);
    await bob.client.read(chat, 1);
    expect(await receipt).toBe(bob.userId);
    expect(await alice.client.messages.readers(chat, 1)).toMatchObject({ count: 1, users: [bob.userId] });
    close(alice, bob);
  });

  it("is kept in the session list as each user likes it, on all devices", async () => {
    const { alice, bob, chat } = await pair(url);
    const phone = await Person.online({ url, userId: bob.userId, deviceType: "ios" });
    await alice.client.send(chat, `@${bob.userId}`, { mentions: { users: [bob.userId] } });
    await Promise.all([bob.untilSeen(chat, 1), phone.untilSeen(chat, 1)]);
    expect(phone.client.session(chat)).toMatchObject({ unread: 1, mentions: 1 });
    await bob.client.sessionList.attributes(chat, { pinned: true, draft: "dear" });
    await phone.until(() => phone.client.session(chat)?.attributes?.draft === "dear");
    await bob.client.sessionList.readAll();
    await phone.until(() => phone.unread(chat) === 0);
    await bob.client.sessionList.markUnread(chat);
    await phone.until(() => phone.client.session(chat)?.marked === true);
    const { sessions, unreadTotal } = await phone.client.sessionList.page();
    expect([sessions.map(({ sessionId }) => sessionId), unreadTotal]).toEqual([[chat], 0]);
    close(alice, bob, phone);
  });

  it("ends with a block, from the very next message on", async () => {
    const { alice, bob, chat } = await pair(url);
    await alice.client.send(chat, "hello");
    await bob.client.blocks.add(alice.userId);
    await expect(alice.client.send(chat, "still there?")).rejects.toMatchObject({ errorName: "BLOCKED" });
    await bob.client.blocks.remove(alice.userId);
    await alice.client.send(chat, "friends again?");
    expect(await bob.client.friends.add(alice.userId, { greeting: "yes" })).toMatchObject({ state: "requested" });
    expect(await alice.client.friends.answer(bob.userId, true)).toMatchObject({ state: "friend" });
    await bob.client.users.update({ name: "Bob" });
    expect(await alice.client.users.get([bob.userId])).toMatchObject([{ name: "Bob" }]);
    close(alice, bob);
  });

  it("cannot be joined any more by a device that was kicked, nor with its token", async () => {
    const userId = someone("alice");
    const token = await tokenFor(userId);
    const laptop = await Person.online({ url, userId });
    const phone = await Person.online({ url, userId, deviceType: "ios", token: () => token });
    const send = () =>
      api(url, "/v1/messages", { key: token, body: { packId: randomUUID(), to: "bob", content: "hi" } });
    expect((await send()).status).toBe(200);
    expect(await laptop.client.devices.kick("ios-1")).toBe(1);
    await phone.until(() => phone.client.status.state === "closed");
    expect(phone.client.status).toMatchObject({ code: 4203 });
    expect(await send()).toMatchObject({ status: 401, body: { name: "TOKEN_REVOKED", code: 22 } });
    const again = new Person({ url, userId, deviceType: "android", token: () => token });
    again.client.connect();
    await again.until(() => again.client.status.state === "closed");
    expect(again.client.status).toMatchObject({ code: 4203 });
    expect(await laptop.client.devices.list()).toMatchObject([{ deviceId: "web-1", current: true }]);
    close(laptop, phone, again);
  });

  it("of a group has an order that owner and admins keep", async () => {
    const [owner, guest, late] = (await Promise.all(
      ["owner", "guest", "late"].map((name) => Person.online({ url, userId: someone(name) })),
    )) as [Person, Person, Person]; // SAFETY: three names
    const { groups } = owner.client;
    const { groupId } = await groups.create({ name: "tea", joinPolicy: "approval" }, [guest.userId]);
    await groups.mute(groupId, Date.now() + 600_000, [guest.userId]);
    await expect(guest.client.send(groupId, "hm")).rejects.toMatchObject({ errorName: "MUTED" });
    const asked = new Promise((resolve) =>
      owner.client.on("syncCommand", ({ what }) => what === "group.requests" && resolve(what)),
    );
    expect(await late.client.groups.join(groupId)).toMatchObject({ pending: true });
    await asked;
    await groups.answer(groupId, late.userId, true);
    await late.client.send(groupId, "thanks");
    await groups.ban(groupId, [guest.userId]);
    await guest.until(() => guest.client.session(groupId)?.member === false);
    await expect(guest.client.groups.join(groupId)).rejects.toMatchObject({ errorName: "BANNED" });
    expect(await late.client.groups.sync()).toMatchObject({ groups: [groupId], removed: [] });
    close(owner, guest, late);
  });

  it("is joined by invitation, or declined", async () => {
    const [owner, guest] = await Promise.all([
      Person.online({ url, userId: someone("owner") }),
      Person.online({ url, userId: someone("guest") }),
    ]);
    const { groupId } = await owner.client.groups.create({ name: "tea", joinPolicy: "invite" });
    const invited = async () => {
      const asked = new Promise((resolve) =>
        guest.client.on("syncCommand", ({ what }) => what === "group.invitations" && resolve(what)),
      );
      await owner.client.groups.invite(groupId, [guest.userId], "come");
      await asked;
      return guest.client.groups.invitations();
    };
    expect(await invited()).toMatchObject([{ groupId, by: owner.userId, name: "tea", greeting: "come" }]);
    await guest.client.groups.decline(groupId);
    await expect(guest.client.groups.join(groupId)).rejects.toMatchObject({ errorName: "REFUSED" });
    expect(await invited()).toHaveLength(1);
    await guest.client.groups.join(groupId);
    expect(await owner.client.groups.has(groupId, [guest.userId, "nobody"])).toEqual([guest.userId]);
    await owner.untilSeen(groupId, 2);
    close(owner, guest);
  });
});
