import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@libsql/client";
import { describe, expect, inject, it } from "vitest";
import { CLOSE } from "../../src/client/index.ts";
import { api } from "../support/api.ts";
import { untilArchived } from "../support/archiving.ts";
import { jobEnded } from "../support/jobs.ts";
import { Person, someone } from "../support/person.ts";

const POLL_MS = 100;

async function textsOf(archiveUrl: string, marker: string): Promise<number> {
  const client = createClient({ url: archiveUrl });
  const args = { marker: `%${marker}%` };
  const { rows } = await client.execute({
    sql: "SELECT count(*) AS n FROM entries WHERE entry LIKE :marker OR text LIKE :marker",
    args,
  });
  client.close();
  return Number(rows[0]?.n);
}

describe.each(inject("servers"))("%s", (host, url) => {
  it("erases a user from rooms, lists, archive and devices, once, and lets them begin anew", async () => {
    const marker = someone("marker");
    const [alice, bob] = await Promise.all([
      Person.online({ url, userId: someone("alice") }),
      Person.online({ url, userId: someone("bob") }),
    ]);
    const { groupId } = await alice.client.groups.create({ name: "tea" }, [bob.userId]);
    await alice.client.users.update({ name: marker, mobile: marker });
    const chat = alice.with(bob);
    for (const sessionId of [chat, groupId]) await alice.client.send(sessionId, `${marker} said`);
    await bob.client.send(chat, "bob said");
    await untilArchived(inject("archives")[host], { url, from: alice.userId, to: bob.userId }, 2);

    const closed = new Promise<number>((resolve) => {
      alice.client.on("status", (status) => status.state === "closed" && resolve(status.code ?? 0));
    });
    const headers = { "Idempotency-Key": marker };
    const erase = () => api(url, `/v1/users/${alice.userId}/erase`, { method: "POST", headers });
    const [first, second] = [await erase(), await erase()];
    expect([first.status, second.status, second.body.jobId]).toEqual([202, 202, first.body.jobId]);
    const ended = await jobEnded({ url, jobId: first.body.jobId });
    expect(ended).toMatchObject({ kind: "erase", state: "done", failed: 0 });
    expect(await closed).toBe(CLOSE.TOKEN_REVOKED);

    await bob.untilSeen(groupId, 5);
    const { entries } = await bob.client.history(groupId, { after: 0 });
    expect(JSON.stringify(entries)).not.toContain(marker);
    expect(entries.flatMap((one) => (one.kind === "notice" ? one.notice.event : []))).toEqual([
      "created",
      "transferred",
      "quit",
    ]);
    expect((await bob.client.groups.get(groupId)).owner).toBe(bob.userId);
    const log = (await bob.client.history(chat, { after: 0 })).entries;
    expect(log.slice(0, 2)).toMatchObject([{ content: "", gone: { as: "deleted" } }, { content: "bob said" }]);
    const profile = await api(url, `/v1/users/${alice.userId}`);
    expect(JSON.stringify(profile.body)).not.toContain(marker);
    while ((await textsOf(inject("archives")[host], marker)) > 0) await sleep(POLL_MS);

    const again = await Person.online({ url, userId: alice.userId, deviceType: "ios" });
    expect(again.client.sessions()).toEqual([]);
    await bob.client.send(chat, "who are you?");
    await again.untilSeen(chat, log.length + 1);
    for (const person of [bob, again]) person.close();
  });
});
