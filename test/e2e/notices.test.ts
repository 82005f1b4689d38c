import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { api, keyOf } from "../support/api.ts";
import { onEveryHost } from "../support/hosts.ts";
import { jobEnded, jobProgress } from "../support/jobs.ts";
import { Person, someone, upTo } from "../support/person.ts";
import type { Host } from "../support/server-process.ts";

/** Each is two new objects on Workers, and where those are simulated one thread makes all of them. */
const usersOn = (host: Host): number => (host === "workers" ? 50 : 1_000);

onEveryHost("a business notice", (url, host) => {
  const count = usersOn(host);

  it(`to ${count} users reaches each of them once, counted, and its job tells when`, async () => {
    const users = upTo(count).map((n) => someone(`u${n}`));
    const [early, late] = [String(users[0]), String(users.at(-1))];
    const reader = await Person.online({ url, userId: early });
    const notice = { packId: randomUUID(), users, from: "shop", content: "sale" };
    const { status, body, headers } = await api(url, "/v1/notices", { body: notice });
    expect([status, headers.get("Location")]).toEqual([202, `/v1/jobs/${body.jobId}`]);
    const ended = await jobEnded({ url, jobId: body.jobId });
    expect(ended).toMatchObject({ kind: "notice", state: "done", total: count, done: count, failed: 0, failures: [] });

    const notices = `BM_main_${early}`;
    await reader.untilSeen(notices, 1);
    expect([reader.contents(notices), reader.unread(notices)]).toEqual([["sale"], 1]);
    const newcomer = await Person.online({ url, userId: late });
    await newcomer.until(() => newcomer.unread(`BM_main_${late}`) === 1);
    await expect(reader.client.send(notices, "thanks")).rejects.toMatchObject({ errorName: "ACCESS_DENIED" });
    expect(await reader.client.read(notices, 1)).toMatchObject({ unread: 0 });

    expect((await api(url, "/v1/notices", { body: notice })).body.jobId).toBe(body.jobId);
    expect(await jobProgress({ url, jobId: body.jobId })).toEqual(ended);
    for (const userId of users.slice(0, 20)) {
      const { entries } = (await api(url, `/v1/sessions/BM_main_${userId}/messages`)).body;
      expect(entries).toMatchObject([{ seqId: 1, from: "shop", content: "sale" }]);
    }
    const conflict = await api(url, "/v1/notices", { body: { ...notice, content: "another" } });
    expect(conflict.body.name).toBe("PACK_CONFLICT");
    const foreign = await api(url, `/v1/jobs/${body.jobId}`, { key: keyOf("other") });
    expect([foreign.status, foreign.body.name]).toEqual([404, "NO_SUCH_JOB"]);
    for (const person of [reader, newcomer]) person.close();
  });
});
