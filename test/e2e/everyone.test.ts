import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { api } from "../support/api.ts";
import { onEveryHost } from "../support/hosts.ts";
import { jobEnded } from "../support/jobs.ts";
import { Person, someone, upTo } from "../support/person.ts";
import { ROOT_KEY } from "../support/server-process.ts";

const USERS_BY_A_DOOR = 10;
const PAGE = 7;
const POLL_MS = 20;

interface Page {
  readonly users: readonly { readonly userId: string }[];
  readonly cursor?: string;
}

/** An app of its own, whose users nobody else makes. */
class OwnApp {
  readonly app = `e${randomUUID().slice(0, 8)}`;
  readonly url: string;
  key = "";

  constructor(url: string) {
    this.url = url;
  }

  async create(): Promise<this> {
    const { body } = await api(this.url, "/v1/apps", { key: ROOT_KEY, body: { app: this.app } });
    this.key = (body as unknown as { key: string }).key; // SAFETY: what the route answers with
    return this;
  }

  async ask<T>(path: string, body?: object): Promise<T> {
    const answer = await api(this.url, path, { key: this.key, body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body.name}`);
    return answer.body as unknown as T; // SAFETY: the caller names what the route answers with
  }

  async count(): Promise<number> {
    return (await this.ask<{ users: number }>("/v1/stats")).users;
  }

  async listed(): Promise<string[]> {
    const found: string[] = [];
    for (let query = ""; ; ) {
      const { users, cursor }: Page = await this.ask(`/v1/users?limit=${PAGE}${query}`);
      found.push(...users.map(({ userId }) => userId));
      if (cursor === undefined) return found;
      query = `&cursor=${cursor}`;
    }
  }
}

onEveryHost("everybody", (url) => {
  it("who came by one of the doors is listed once, counted, and reached once", async () => {
    const own = await new OwnApp(url).create();
    const { app } = own;
    const [connected, written, imported] = ["c", "w", "i"].map((name) =>
      upTo(USERS_BY_A_DOOR).map((n) => someone(`${name}${n}`)),
    ) as [string[], string[], string[]]; // SAFETY: of three names
    const everybody = [...connected, ...written, ...imported].sort();

    const people = await Promise.all(connected.map((userId) => Person.online({ url, userId, app })));
    const [writer = ""] = connected;
    for (const to of written)
      await own.ask("/v1/messages", { packId: randomUUID(), from: writer, to, content: "hello" });
    await own.ask("/v1/users/batch", { users: imported.map((userId) => ({ userId, name: userId })) });
    await own.ask(`/v1/users/${someone("looked-at")}`);

    // Mailboxes tell the directory after they have answered.
    while ((await own.count()) < everybody.length) await sleep(POLL_MS);
    expect((await own.listed()).sort()).toEqual(everybody);

    const notice = { packId: "n", users: "all", from: "shop", content: "sale" };
    const { jobId } = await own.ask<{ jobId: string }>("/v1/notices", notice);
    expect(await own.ask("/v1/notices", notice)).toEqual({ jobId });
    const counts = { state: "done", total: everybody.length, done: everybody.length, failed: 0 };
    expect(await jobEnded({ url, jobId, key: own.key })).toMatchObject(counts);
    for (const userId of everybody)
      expect(await own.ask(`/v1/sessions/BM_${app}_${userId}/messages`)).toMatchObject({
        entries: [{ seqId: 1, from: "shop", content: "sale" }],
        more: false,
      });
    await Promise.all(people.map((person) => person.untilSeen(`BM_${app}_${person.userId}`, 1)));
    for (const person of people) expect(person.contents(`BM_${app}_${person.userId}`)).toEqual(["sale"]);
    expect(await own.count()).toBe(everybody.length);
    for (const person of people) person.close();
  });

  it("may be nobody", async () => {
    const own = await new OwnApp(url).create();
    const push = { packId: "p", users: "all", notification: { title: "t", body: "b" } };
    const { jobId } = await own.ask<{ jobId: string }>("/v1/push", push);
    expect(await jobEnded({ url, jobId, key: own.key })).toMatchObject({ kind: "push", state: "done", total: 0 });
    expect([await own.count(), await own.listed()]).toEqual([0, []]);
  });
});
