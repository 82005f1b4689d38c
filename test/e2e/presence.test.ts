import { describe, expect } from "vitest";
import { atOnceOnEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";

describe("presence", () => {
  atOnceOnEveryHost("is seen by friends who follow: who is there, and who was", async (url) => {
    const [alice, bob] = await Promise.all([
      Person.online({ url, userId: someone("alice") }),
      Person.online({ url, userId: someone("bob") }),
    ]);
    expect(await alice.client.presence.subscribe([bob.userId])).toEqual([]);
    await alice.client.friends.add(bob.userId);
    await bob.client.friends.answer(alice.userId, true);
    expect(await alice.client.presence.subscribe([bob.userId])).toMatchObject([{ userId: bob.userId, online: true }]);
    bob.close();
    const again = await Person.online({ url, userId: bob.userId });
    expect(await alice.client.presence.subscribe([bob.userId])).toMatchObject([{ online: true }]);
    const left = alice.client.once("presence");
    const leftAt = Date.now();
    again.close();
    const { lastSeenAt, ...gone } = await left;
    expect(gone).toEqual({ userId: bob.userId, online: false });
    expect(lastSeenAt).toBeGreaterThanOrEqual(leftAt);
    expect(lastSeenAt).toBeLessThanOrEqual(Date.now());
    const back = alice.client.once("presence");
    const later = await Person.online({ url, userId: bob.userId });
    expect(await back).toMatchObject({ userId: bob.userId, online: true });
    await alice.client.presence.unsubscribe([bob.userId]);
    alice.close();
    later.close();
  });
});
