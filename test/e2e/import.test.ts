import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone, upTo } from "../support/person.ts";
import { SERVER_KEYS, ServerProcess } from "../support/server-process.ts";

/** More than the rooms of these servers keep whole. */
const SAID = 60;
const NAMES = ["alice", "bob", "carol", "dave", "erin"] as const;
const HEADERS = { Authorization: `Bearer ${SERVER_KEYS.main}` };

interface Group {
  readonly groupId: string;
  readonly users: readonly string[];
}

/** A group in which everything happened that a log tells of. */
async function makeGroup(url: string): Promise<Group> {
  const people = (await Promise.all(NAMES.map((name) => Person.online({ url, userId: someone(name) })))) as [
    Person,
    Person,
    Person,
    Person,
    Person,
  ]; // SAFETY: five names
  const [alice, bob, carol, dave, erin] = people;
  const { groups, messages } = alice.client;
  const { groupId } = await groups.create(
    { name: "tea" },
    people.slice(1).map(({ userId }) => userId),
  );
  await groups.setRole(groupId, bob.userId, "admin");
  await Promise.all(upTo(SAID).map((n) => (n % 2 === 0 ? alice : bob).client.send(groupId, `m${n}`)));
  const { seqId: first } = await carol.client.send(groupId, "to be edited");
  const { seqId: second } = await alice.client.send(groupId, "to be recalled");
  await carol.client.messages.edit(groupId, first, { content: "edited" });
  await messages.recall(groupId, second);
  for (const person of [alice, bob]) await person.client.messages.react(groupId, first, "👍");
  await bob.client.messages.unreact(groupId, first, "👍");
  await messages.pin(groupId, first);
  await groups.setNickname(groupId, "Caro", carol.userId);
  await groups.mute(groupId, Date.now() + 3_600_000, [carol.userId]);
  await groups.ban(groupId, [dave.userId]);
  await groups.remove(groupId, [erin.userId]);
  await groups.update(groupId, { name: "more tea", joinPolicy: "open" });
  for (const person of people) person.close();
  return { groupId, users: people.map(({ userId }) => userId) };
}

/** What a server says with a server key. */
async function told(url: string, path: string): Promise<string> {
  const response = await fetch(`${url}/v1${path}`, { headers: HEADERS });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return text;
}

async function membersOf(url: string, groupId: string, by: string): Promise<object[]> {
  const { members } = JSON.parse(await told(url, `/groups/${groupId}/members?by=${by}`)) as {
    members: { userId: string }[];
  }; // SAFETY: what the route answers
  return members.sort((a, b) => (a.userId < b.userId ? -1 : 1));
}

async function imported(url: string, groupId: string, body: string): Promise<unknown> {
  const headers = { ...HEADERS, "Content-Type": "application/x-ndjson" };
  const response = await fetch(`${url}/v1/sessions/${groupId}/import`, { method: "POST", headers, body });
  return response.json();
}

onEveryHost("an export", (url, host) => {
  it("gives the same group on another server, and goes on there", { timeout: 120_000 }, async () => {
    const { groupId, users } = await makeGroup(url);
    const [alice = "", bob = "", , dave = "", erin = ""] = users;
    const lines = await told(url, `/sessions/${groupId}/export`);
    const head = lines.split("\n").length - 1;
    const other = await ServerProcess.start({ host });
    try {
      const half = lines.indexOf("\n", lines.length / 2);
      expect(await imported(other.url, groupId, lines.slice(0, half))).toMatchObject({ skipped: 0 });
      expect(await imported(other.url, groupId, lines)).toMatchObject({ sessionId: groupId, headSeqId: head });
      expect(await told(other.url, `/sessions/${groupId}/export`)).toBe(lines);
      for (const path of [`/groups/${groupId}`, `/sessions/${groupId}/pins`])
        expect(await told(other.url, `${path}?by=${alice}`), path).toBe(await told(url, `${path}?by=${alice}`));
      expect(await membersOf(other.url, groupId, alice)).toEqual(await membersOf(url, groupId, alice));

      for (const userId of users)
        while (!(await told(other.url, `/users/${userId}/sessions`)).includes(groupId)) await pause(100);
      const [a, b, d, e] = (await Promise.all(
        [alice, bob, dave, erin].map((userId) => Person.online({ url: other.url, userId })),
      )) as [Person, Person, Person, Person]; // SAFETY: four of them
      expect(b.client.session(groupId)).toMatchObject({ lastSeqId: head, readSeqId: head, unread: 0, member: true });
      expect([d, e].map((person) => person.client.session(groupId)?.member)).toEqual([false, false]);
      await expect(d.client.groups.join(groupId)).rejects.toMatchObject({ errorName: "BANNED" });
      expect(await a.client.send(groupId, "and on")).toMatchObject({ seqId: head + 1 });
      await b.until(() => b.unread(groupId) === 1);
      expect(b.contents(groupId)).toEqual(["and on"]);
      for (const person of [a, b, d, e]) person.close();
    } finally {
      await other.dispose();
    }
  });
});

onEveryHost("an import that is refused while it is sent", (url) => {
  const long = "x".repeat(4_000_000);
  it.each([
    ["no JSON", "SC_a_b", HEADERS.Authorization, "no\n".repeat(1_000_000), 400],
    ["a line that is too long", "SC_a_b", HEADERS.Authorization, long, 413],
    ["no session", "SC_b_a", HEADERS.Authorization, long, 403],
    ["a wrong key", "SC_a_b", "Bearer sk_wrong", long, 401],
    ["more than an import may have", "SC_a_b", HEADERS.Authorization, "x".repeat(10_000_000), 413],
  ])("is answered, and so is what comes after it: %s", async (_, sessionId, Authorization, body, status) => {
    for (let times = 0; times < 5; times += 1) {
      const refused = await fetch(`${url}/v1/sessions/${sessionId}/import`, {
        method: "POST",
        headers: { Authorization },
        body,
      });
      expect([refused.status, await refused.json()]).toMatchObject([status, { status }]);
      const after = await fetch(`${url}/v1/sessions/${sessionId}/import`, {
        method: "POST",
        headers: HEADERS,
        body: "",
      });
      expect([200, 403]).toContain(after.status);
      await after.text();
    }
  });
});
