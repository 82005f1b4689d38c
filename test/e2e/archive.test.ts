import { expect, inject, it } from "vitest";
import { contentOf, readBack, sendMany, sessionOf, untilArchived } from "../support/archiving.ts";
import { HOT_ENTRIES } from "../support/e2e-servers.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";
import type { Host } from "../support/server-process.ts";

/** Where Workers are simulated, one thread makes all of it. */
const countOn = (host: Host): number => (host === "workers" ? 600 : 2_000);

onEveryHost("a session of which the archive has most", (url, host) => {
  const archive = inject("archives")[host];

  it("is read back to its first message, while it grows and is trimmed", async () => {
    const talk = { url, from: someone("alice"), to: someone("bob") };
    const count = countOn(host);
    await sendMany(talk, 1, count / 2);
    const growing = sendMany(talk, count / 2 + 1, count);
    expect(await readBack(talk)).toBeGreaterThanOrEqual(count / 2);
    await growing;
    await untilArchived(archive, talk, count);
    expect(await readBack(talk)).toBe(count);

    const bob = await Person.online({ url, userId: talk.to });
    const sessionId = sessionOf(talk);
    const page = await bob.client.history(sessionId, { after: 0, limit: 100 });
    expect(page.entries.map((entry) => entry.kind === "message" && entry.content)).toEqual(
      page.entries.map((_, index) => contentOf(index + 1)),
    );
    expect(bob.unread(sessionId)).toBe(count);
    await bob.client.read(sessionId, count - 2 * HOT_ENTRIES);
    await bob.until(() => bob.unread(sessionId) === 2 * HOT_ENTRIES);
    bob.close();
  });

  it("takes control of old messages, and shows at once what became of them", async () => {
    const talk = { url, from: someone("alice"), to: someone("bob") };
    await sendMany(talk, 1, 5 * HOT_ENTRIES);
    await untilArchived(archive, talk, 5 * HOT_ENTRIES);
    const alice = await Person.online({ url, userId: talk.from });
    const sessionId = sessionOf(talk);
    await alice.client.messages.recall(sessionId, 1);
    await alice.client.messages.edit(sessionId, 2, { content: "edited" });
    await alice.client.messages.react(sessionId, 3, "👍");
    const { entries } = await alice.client.history(sessionId, { after: 0, limit: 4 });
    expect(entries).toMatchObject([
      { content: "", gone: { as: "recalled" } },
      { content: "edited", edited: { count: 1 } },
      { content: contentOf(3), reactions: { "👍": 1 } },
      { content: contentOf(4) },
    ]);
    alice.close();
  });
});
