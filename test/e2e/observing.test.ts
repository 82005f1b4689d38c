import { expect, it } from "vitest";
import { api } from "../support/api.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";

/** Resolves when the observer's mailbox has got the log up to `seqId`. */
async function untilReached({ client }: Person, sessionId: string, seqId: number) {
  for (;;) {
    const [one] = await client.monitors.list();
    if (one === undefined) throw new Error(`${sessionId} is not observed`);
    if (one.lastSeqId >= seqId) return one;
  }
}

/** A token as a third party's server gets it for its moderators. */
async function observerToken(url: string, userId: string): Promise<string> {
  return (await api(url, "/v1/tokens", { body: { userId, scopes: ["observe"] } })).body.token;
}

const observedBy = ({ observed }: Person) => observed.map(({ entry }) => entry.seqId);

onEveryHost("observing", (url) => {
  it("shows a session to somebody with the right, whom nobody in it sees", async () => {
    const [alice, bob] = await Promise.all(
      ["alice", "bob"].map((name) => Person.online({ url, userId: someone(name) })),
    );
    if (alice === undefined || bob === undefined) throw new Error("two are asked for");
    const chat = alice.with(bob);
    await alice.client.send(chat, "before");
    const userId = someone("observer");
    const token = await observerToken(url, userId);
    const desk = await Person.online({ url, userId, token: () => token });
    expect(await desk.client.monitors.start(chat)).toBe(1);
    await alice.client.send(chat, "one");
    await desk.until(() => observedBy(desk).includes(2));
    desk.close();
    await bob.client.send(chat, "two");
    const again = await Person.online({ url, userId, token: () => token });
    expect(await untilReached(again, chat, 3)).toEqual({ sessionId: chat, sinceSeqId: 1, lastSeqId: 3 });
    const { entries } = await again.client.history(chat, { after: 0 });
    expect(entries.map(({ seqId }) => seqId)).toEqual([1, 2, 3]);
    expect(await alice.client.messages.readers(chat, 3)).toMatchObject({ of: 1 });
    expect([again.client.sessions(), again.client.unreadTotal()]).toEqual([[], 0]);
    await bob.client.send(chat, "three");
    await again.until(() => observedBy(again).includes(4));
    await again.client.monitors.stop(chat);
    await expect(again.client.history(chat)).rejects.toMatchObject({ errorName: "HISTORY_FORBIDDEN" });
    // The third may have been on its way until the device was back.
    expect([observedBy(desk), observedBy(again).filter((seqId) => seqId !== 3)]).toEqual([[2], [4]]);
    for (const person of [alice, bob, again]) person.close();
  });

  it("of a group ends when the group is dismissed, and needs the right", async () => {
    const owner = await Person.online({ url, userId: someone("owner") });
    const { groupId } = await owner.client.groups.create({ name: "tea" }, []);
    const userId = someone("observer");
    const plain = await Person.online({ url, userId });
    await expect(plain.client.monitors.start(groupId)).rejects.toMatchObject({ errorName: "ACCESS_DENIED" });
    const token = await observerToken(url, userId);
    const desk = await Person.online({ url, userId, deviceType: "windows", token: () => token });
    await desk.client.monitors.start(groupId);
    await owner.client.groups.dismiss(groupId);
    await desk.until(() => desk.observed.length > 0);
    expect(desk.observed).toMatchObject([{ sessionId: groupId, entry: { notice: { event: "dismissed" } } }]);
    expect(await desk.client.monitors.list()).toEqual([]);
    await expect(desk.client.monitors.start(groupId)).rejects.toMatchObject({ errorName: "NO_SUCH_GROUP" });
    for (const person of [owner, plain, desk]) person.close();
  });
});
