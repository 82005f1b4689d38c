import { expect, it } from "vitest";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone, upTo } from "../support/person.ts";

onEveryHost("two people", (url) => {
  it("talk, and both see everything once, in the same order", async () => {
    const alice = await Person.online({ url, userId: someone("alice") });
    const bob = await Person.online({ url, userId: someone("bob") });
    const chat = alice.with(bob);
    const send = (person: Person) => upTo(30).map((n) => person.client.send(chat, `${person.userId} ${n}`));
    const results = await Promise.all([...send(alice), ...send(bob)]);
    await Promise.all([alice.untilSeen(chat, 60), bob.untilSeen(chat, 60)]);

    expect(results.map(({ seqId }) => seqId).sort((a, b) => a - b)).toEqual(upTo(60));
    expect(alice.seqIds(chat)).toEqual(upTo(60));
    expect(bob.seen(chat)).toEqual(alice.seen(chat));
    for (const { userId } of [alice, bob]) {
      const own = alice.contents(chat).filter((text) => String(text).startsWith(userId));
      expect(own).toEqual(upTo(30).map((n) => `${userId} ${n}`));
    }
    alice.close();
    bob.close();
  });

  it("keep order and count through cut connections", async () => {
    const alice = await Person.online({ url, userId: someone("alice") });
    const bob = await Person.online({ url, userId: someone("bob") });
    const chat = alice.with(bob);
    for (const round of upTo(5)) {
      const sending = upTo(10).map((n) => alice.client.send(chat, `${round}.${n}`));
      await alice.untilSeen(chat, (round - 1) * 10 + 1);
      alice.network.cut();
      bob.network.cut();
      await Promise.all(sending);
    }
    await Promise.all([alice.untilSeen(chat, 50), bob.untilSeen(chat, 50)]);

    expect(alice.network.cuts).toBeGreaterThanOrEqual(5);
    expect(bob.contents(chat)).toEqual(upTo(50).map((n) => `${Math.ceil(n / 10)}.${((n - 1) % 10) + 1}`));
    expect(bob.seqIds(chat)).toEqual(upTo(50));
    expect(alice.seen(chat)).toEqual(bob.seen(chat));
    alice.close();
    bob.close();
  });

  it("have exact unread counts, on every device", async () => {
    const alice = await Person.online({ url, userId: someone("alice") });
    const userId = someone("bob");
    const [phone, laptop] = await Promise.all([
      Person.online({ url, userId, deviceType: "ios" }),
      Person.online({ url, userId, deviceType: "web" }),
    ]);
    const chat = alice.with(userId);
    await Promise.all(upTo(20).map((n) => alice.client.send(chat, `${n}`)));
    await Promise.all([phone.untilSeen(chat, 20), laptop.untilSeen(chat, 20)]);
    expect([phone.unread(chat), laptop.unread(chat), alice.unread(chat)]).toEqual([20, 20, 0]);

    // Into the middle, which the session room must count.
    expect(await phone.client.read(chat, 8)).toEqual({ readSeqId: 8, unread: 12, mentions: 0 });
    await laptop.until(() => laptop.unread(chat) === 12);
    // Backwards changes nothing.
    expect(await phone.client.read(chat, 3)).toEqual({ readSeqId: 8, unread: 12, mentions: 0 });

    // An own message reads what came before it, on the other device as well.
    await laptop.client.send(chat, "seen");
    await Promise.all([phone.untilSeen(chat, 21), laptop.untilSeen(chat, 21)]);
    expect([phone.unread(chat), laptop.unread(chat)]).toEqual([0, 0]);
    expect(phone.seqIds(chat)).toEqual(upTo(21));
    await alice.untilSeen(chat, 21);
    expect(alice.unread(chat)).toBe(1);
    for (const person of [alice, phone, laptop]) person.close();
  });

  it("find what was sent while they were away, from where they were", async () => {
    const alice = await Person.online({ url, userId: someone("alice") });
    const bob = await Person.online({ url, userId: someone("bob") });
    const carol = await Person.online({ url, userId: someone("carol") });
    const [chat, other] = [bob.with(alice), bob.with(carol)];
    await alice.client.send(chat, "first");
    await bob.untilSeen(chat, 1);
    await bob.client.read(chat, 1);
    await bob.client.close();
    await Promise.all(upTo(250).map((n) => alice.client.send(chat, `${n}`)));
    await carol.client.send(other, "new to you");

    const again = await Person.online({ url, userId: bob.userId, store: bob.store });
    await Promise.all([again.untilSeen(chat, 251), again.untilSeen(other, 1)]);
    expect(again.seqIds(chat)).toEqual(upTo(251).slice(1));
    expect([again.unread(chat), again.unread(other), again.client.unreadTotal()]).toEqual([250, 1, 251]);

    const fresh = await Person.online({ url, userId: bob.userId, deviceType: "ios" });
    await Promise.all([fresh.untilSeen(chat, 251), fresh.untilSeen(other, 1)]);
    expect(fresh.seqIds(chat)).toEqual(upTo(251).slice(-200));
    expect(fresh.client.sessions().map(({ sessionId, unread }) => [sessionId, unread])).toEqual([
      [other, 1],
      [chat, 250],
    ]);
    for (const person of [alice, carol, again, fresh]) person.close();
  });

  it("page through history both ways", async () => {
    const alice = await Person.online({ url, userId: someone("alice") });
    const chat = alice.with(alice);
    await Promise.all(upTo(120).map((n) => alice.client.send(chat, `${n}`)));
    const latest = await alice.client.history(chat, { limit: 50 });
    expect([latest.entries.map(({ seqId }) => seqId), latest.more]).toEqual([upTo(120).slice(70), true]);
    const before = await alice.client.history(chat, { before: 71, limit: 200 });
    expect([before.entries.map(({ seqId }) => seqId), before.more]).toEqual([upTo(70), false]);
    const after = await alice.client.history(chat, { after: 100, limit: 10 });
    expect([after.entries.map(({ seqId }) => seqId), after.more]).toEqual([upTo(110).slice(100), true]);
    expect(await alice.client.history(alice.with(someone("nobody")))).toEqual({ entries: [], more: false });
    alice.close();
  });

  it("may be one person, and one device of a type at a time", async () => {
    const userId = someone("alice");
    const older = await Person.online({ url, userId });
    const newer = await Person.online({ url, userId });
    await older.until(() => older.client.status.state === "closed");
    expect(older.client.status).toMatchObject({ state: "closed", code: 4200 });
    await expect(older.client.send(older.with(userId), "too late")).rejects.toMatchObject({ errorName: "CLOSED" });
    await newer.client.send(newer.with(userId), "note to self");
    await newer.untilSeen(newer.with(userId), 1);
    expect(newer.unread(newer.with(userId))).toBe(0);
    newer.close();
  });
});
