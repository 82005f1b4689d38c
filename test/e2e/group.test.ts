import { expect, it } from "vitest";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone, upTo } from "../support/person.ts";

const MEMBERS = 50;
const SENDERS = 10;
const MESSAGES = 20;

onEveryHost("a group", (url) => {
  it(`of ${MEMBERS} with ${SENDERS} senders at once: everyone sees every entry once, in one order`, async () => {
    const userIds = upTo(MEMBERS).map((n) => someone(`m${n}`));
    const members = await Promise.all(userIds.map((userId) => Person.online({ url, userId })));
    const [owner, ...others] = members as [Person, ...Person[]]; // SAFETY: MEMBERS is not 0
    const { groupId } = await owner.client.groups.create(
      { name: "all" },
      others.map(({ userId }) => userId),
    );
    const senders = members.slice(0, SENDERS);
    const head = 1 + SENDERS * MESSAGES;

    const sending = senders.flatMap((person) =>
      upTo(MESSAGES).map((n) => person.client.send(groupId, `${person.userId} ${n}`)),
    );
    // In the middle of it senders and readers lose their connections.
    await owner.untilSeen(groupId, 20);
    for (const person of [...members.slice(5, 8), ...members.slice(-5)]) person.network.cut();
    const acked = await Promise.all(sending);
    await Promise.all(members.map((person) => person.untilSeen(groupId, head)));

    expect(acked.map(({ seqId }) => seqId).sort((a, b) => a - b)).toEqual(upTo(head).slice(1));
    expect(owner.seqIds(groupId)).toEqual(upTo(head));
    for (const person of others) expect(person.seen(groupId)).toEqual(owner.seen(groupId));
    for (const { userId } of senders) {
      const own = owner.contents(groupId).filter((text) => String(text).startsWith(`${userId} `));
      expect(own).toEqual(upTo(MESSAGES).map((n) => `${userId} ${n}`));
    }
    const silent = members.slice(SENDERS);
    expect(silent.map((person) => person.unread(groupId))).toEqual(silent.map(() => SENDERS * MESSAGES));
    for (const person of members) person.close();
  });

  it("tells its members what happens, and nobody else", async () => {
    const [owner, admin, guest, stranger] = (await Promise.all(
      ["owner", "admin", "guest", "stranger"].map((name) => Person.online({ url, userId: someone(name) })),
    )) as [Person, Person, Person, Person]; // SAFETY: four names
    const { groups } = owner.client;
    const { groupId } = await groups.create({ name: "tea" }, [admin.userId]);
    await groups.setRole(groupId, admin.userId, "admin");
    await admin.client.groups.join(groupId, [guest.userId]);
    await owner.client.send(groupId, "welcome");
    await guest.untilSeen(groupId, 4);
    await expect(stranger.client.send(groupId, "let me in")).rejects.toMatchObject({ errorName: "NOT_IN_GROUP" });
    await expect(stranger.client.history(groupId)).rejects.toMatchObject({ errorName: "HISTORY_FORBIDDEN" });
    await expect(stranger.client.groups.join(groupId)).rejects.toMatchObject({ errorName: "REFUSED" });
    await expect(guest.client.groups.remove(groupId, [admin.userId])).rejects.toMatchObject({
      errorName: "NOT_ALLOWED_IN_GROUP",
    });
    await admin.client.groups.remove(groupId, [guest.userId]);
    await owner.client.send(groupId, "he is gone");
    await Promise.all([owner.untilSeen(groupId, 6), admin.untilSeen(groupId, 6), guest.untilSeen(groupId, 5)]);
    await expect(guest.client.send(groupId, "am I?")).rejects.toMatchObject({ errorName: "NOT_IN_GROUP" });
    expect(guest.contents(groupId)).toEqual(["joined", "welcome", "removed"]);
    expect(guest.client.session(groupId)?.member).toBe(false);

    await groups.transfer(groupId, admin.userId);
    await groups.quit(groupId);
    await admin.client.groups.update(groupId, { name: "coffee" });
    expect(await admin.client.groups.get(groupId)).toMatchObject({ owner: admin.userId, memberCount: 1 });
    await admin.client.groups.dismiss(groupId);
    await Promise.all([owner.untilSeen(groupId, 8), admin.untilSeen(groupId, 10)]);
    expect(owner.contents(groupId).slice(-2)).toEqual(["transferred", "quit"]);
    expect(admin.contents(groupId).slice(-2)).toEqual(["updated", "dismissed"]);
    await expect(admin.client.send(groupId, "anyone?")).rejects.toMatchObject({ errorName: "NO_SUCH_GROUP" });
    expect(stranger.client.sessions()).toEqual([]);
    for (const person of [owner, admin, guest, stranger]) person.close();
  });

  it("that removed somebody while they were away tells them so, and what they cannot have", async () => {
    const owner = await Person.online({ url, userId: someone("owner") });
    const guest = await Person.online({ url, userId: someone("guest") });
    const { groupId } = await owner.client.groups.create({ name: "short" }, [guest.userId]);
    await guest.untilSeen(groupId, 1);
    await guest.client.close();
    await owner.client.send(groupId, "while you were away");
    await owner.client.groups.remove(groupId, [guest.userId]);
    const again = await Person.online({ url, userId: guest.userId, store: guest.store });
    await again.untilSeen(groupId, 3);
    expect(again.contents(groupId)).toEqual(["removed"]);
    expect(again.gaps).toEqual([{ sessionId: groupId, after: 1, upTo: 2 }]);
    for (const person of [owner, again]) person.close();
  });
});
