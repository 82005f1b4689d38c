import { expect, it } from "vitest";
import type { Entry, MessageEntry } from "../../src/client/index.ts";
import { seededRandom } from "../sim/random.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone, upTo } from "../support/person.ts";

const MESSAGES = 40;
const WORDS = upTo(30).map((n) => `word${n} `);
/** One in so many WebSocket messages is the last of its connection. */
const LOSS = 6;

function texts(entries: readonly Entry[], from: string): unknown[] {
  return entries.flatMap((entry) => (entry.kind === "message" && entry.from === from ? [entry.content] : []));
}

function messageAt(entries: readonly Entry[], seqId: number): MessageEntry | undefined {
  const entry = entries.find((one) => one.seqId === seqId);
  return entry?.kind === "message" ? entry : undefined;
}

/** A few at a time, so that many connections break. */
async function say(person: Person, chat: string) {
  const results = [];
  for (let n = 1; n <= MESSAGES; n += 4) {
    const round = upTo(4).map((m) => person.client.send(chat, `${person.userId} ${n + m - 1}`));
    results.push(...(await Promise.all(round)));
  }
  return results;
}

/** Everything at once, so that connections break in the middle of all of it. */
async function talk(alice: Person, bob: Person, chat: string) {
  const sending = Promise.all([say(alice, chat), say(bob, chat)]);
  const stream = alice.client.stream(chat);
  for (const word of WORDS) stream.write(word);
  const closed = stream.opened.then(async ({ seqId }) => {
    await stream.close();
    return seqId;
  });
  const grouped = alice.client.groups.create({ name: "tea" }, [bob.userId]).then(async ({ groupId }) => {
    await Promise.all(upTo(10).map((n) => alice.client.send(groupId, `in the group ${n}`)));
    await alice.client.groups.setRole(groupId, bob.userId, "admin");
    return groupId;
  });
  const befriended = alice.client.friends
    .add(bob.userId)
    .then(() => bob.client.friends.answer(alice.userId, true))
    .then(() => alice.client.users.setAttribute(bob.userId, "met", "here"));
  const sent = (await sending).flat();
  const controlled = Promise.all([
    ...upTo(5).map((n) => alice.client.messages.edit(chat, sent[n]?.seqId ?? 0, { content: `edit ${n}` })),
    ...upTo(5).map((n) => bob.client.messages.react(chat, sent[n + 10]?.seqId ?? 0, "+")),
    alice.client.messages.recall(chat, sent[20]?.seqId ?? 0),
    bob.client.messages.pin(chat, sent[21]?.seqId ?? 0),
    bob.client.sessionList.attributes(chat, { pinned: true }),
  ]);
  const [streamed, groupId, , controls] = await Promise.all([closed, grouped, befriended, controlled]);
  return { sent, streamed, groupId, controls };
}

onEveryHost("a network that breaks in the middle of everything", (url) => {
  it("doubles nothing, loses nothing, keeps the order, and every verb ends", async () => {
    const random = seededRandom(4711);
    const alice = await Person.online({ url, userId: someone("alice") });
    const bob = await Person.online({ url, userId: someone("bob") });
    const phone = await Person.online({ url, userId: bob.userId, deviceType: "ios" });
    const people = [alice, bob, phone];
    const chat = alice.with(bob);
    for (const { network } of people) network.lose(random, LOSS);
    const { sent, streamed, groupId } = await talk(alice, bob, chat);
    for (const { network } of people) network.loses = () => false;

    const { entries } = await alice.client.history(chat, { after: 0, limit: 200 });
    const last = entries.length;
    await Promise.all(people.map((one) => one.untilSeen(chat, last)));
    await Promise.all(people.map((one) => one.untilSeen(groupId, 12)));
    expect(alice.network.cuts + bob.network.cuts).toBeGreaterThan(10);

    // 80 messages, the stream and its end, 5 edits, 5 reactions, a recall and a pin: each of them once.
    expect(last).toBe(2 * MESSAGES + 2 + 12);
    for (const one of people) expect(one.seqIds(chat)).toEqual(upTo(last));
    expect(new Set(sent.map(({ seqId }) => seqId)).size).toBe(2 * MESSAGES);
    for (const { userId } of [alice, bob]) {
      const own = texts(bob.seen(chat), userId).filter((text) => String(text).startsWith(userId));
      expect(own).toEqual(upTo(MESSAGES).map((n) => `${userId} ${n}`));
    }
    expect(messageAt(entries, streamed)).toMatchObject({ content: WORDS.join("") });
    expect(messageAt(entries, streamed)?.streaming).toBeUndefined();
    expect(messageAt(entries, sent[1]?.seqId ?? 0)).toMatchObject({ content: "edit 1", edited: { count: 1 } });
    expect(messageAt(entries, sent[11]?.seqId ?? 0)?.reactions).toEqual({ "+": 1 });
    expect(messageAt(entries, sent[20]?.seqId ?? 0)?.gone?.as).toBe("recalled");

    expect(phone.contents(groupId)).toEqual(["created", ...upTo(10).map((n) => `in the group ${n}`), "role"]);
    expect((await bob.client.friends.sync()).relations).toMatchObject([{ userId: alice.userId, state: "friend" }]);
    expect(await alice.client.users.attributes(bob.userId)).toEqual({ met: "here" });
    const { sessions, unreadTotal } = await phone.client.sessionList.page();
    for (const row of sessions) expect(phone.client.session(row.sessionId)).toEqual(row);
    expect(phone.client.unreadTotal()).toBe(unreadTotal);
    expect(sessions.find(({ sessionId }) => sessionId === chat)?.attributes).toEqual({ pinned: true });
    for (const one of people) one.close();
  });
});
