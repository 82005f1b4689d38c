import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { jobProgress, jobUntil } from "../support/jobs.ts";
import { someone, upTo } from "../support/person.ts";
import { freePort, NATIVE_HOSTS, ServerProcess, temporaryDirectory } from "../support/server-process.ts";

const USERS = 2_000;
const KILLS = 2;

describe.each(NATIVE_HOSTS)("%s, killed in the middle of a job", (host) => {
  it("loses no notice and doubles none", { timeout: 120_000 }, async () => {
    const [dataDir, port] = [temporaryDirectory(), await freePort()];
    let server = await ServerProcess.start({ host, dataDir, port });
    const users = upTo(USERS).map((n) => someone(`u${n}`));
    const { body } = await api(server.url, "/v1/notices", { body: { packId: "sale", users, content: "sale" } });
    let told = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = told;
      const { done } = await jobUntil(server.url, body.jobId, (progress) => progress.done > before);
      told = done;
      await server.kill();
      expect(told).toBeLessThan(USERS);
      server = await ServerProcess.start({ host, dataDir, port });
      expect((await jobProgress(server.url, body.jobId)).done).toBeGreaterThanOrEqual(told);
    }
    const ended = await jobUntil(server.url, body.jobId, ({ finishedAt }) => finishedAt !== undefined);
    expect(ended).toMatchObject({ state: "done", total: USERS, done: USERS, failed: 0 });
    await server.stop();
    expect(storedIn(dataDir)).toEqual({ entries: USERS, sessions: USERS, unread: USERS });
    await server.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });
});

/** Entries, sessions that have any, and what the mailboxes count as unread. */
function storedIn(dataDir: string) {
  const db = new DatabaseSync(join(dataDir, "rooms.db"), { readOnly: true });
  const log = db.prepare("SELECT count(*) AS entries, count(DISTINCT room) AS sessions FROM entries").get();
  const hot = db.prepare("SELECT sum(unread) AS unread FROM hot_sessions").get();
  db.close();
  return { ...log, ...hot };
}
