import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { jobEnded, jobUntil } from "../support/jobs.ts";
import { someone, upTo } from "../support/person.ts";
import { freePort, NATIVE_HOSTS, ServerProcess, temporaryDirectory } from "../support/server-process.ts";

const USERS = 2_000;
const USERS_AT_ONCE = 100;

/** What a job was at when the server died. */
type Moment = "gathering" | "working" | "over";

describe.each(NATIVE_HOSTS)("%s, killed in the middle of a job", (host) => {
  it.each<{ to: string; through: Moment[] }>([
    { to: "many users", through: ["working"] },
    { to: "all users", through: ["gathering", "working"] },
  ])("loses no notice to $to and doubles none", { timeout: 120_000 }, async ({ to, through }) => {
    const [dataDir, port] = [temporaryDirectory(), await freePort()];
    let server = await ServerProcess.start({ host, dataDir, port });
    const killed = async (jobId: string): Promise<Moment> => {
      await server.kill();
      const moment = momentIn(dataDir, jobId);
      server = await ServerProcess.start({ host, dataDir, port });
      return moment;
    };
    const users = upTo(USERS).map((n) => someone(`u${n}`));
    await importUsers(server.url, users);
    const fellInto = new Set<Moment>();
    let jobs = 0;
    // How fast a machine is decides where a kill falls, so there are further jobs until it was everywhere.
    while (!through.every((moment) => fellInto.has(moment))) {
      jobs += 1;
      const notice = { packId: `sale-${jobs}`, users: to === "all users" ? "all" : users, content: "sale" };
      const { jobId } = (await api(server.url, "/v1/notices", { body: notice })).body;
      fellInto.add(await killed(jobId));
      await jobUntil({ url: server.url, jobId }, ({ state }) => state !== "gathering");
      fellInto.add(await killed(jobId));
      const ended = await jobEnded({ url: server.url, jobId });
      expect(ended).toMatchObject({ state: "done", total: USERS, done: USERS, failed: 0 });
    }
    await server.stop();
    const each = { fewest: jobs, most: jobs, sessions: USERS };
    expect(storedIn(dataDir)).toEqual({ ...each, unread: jobs * USERS });
    await server.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });
});

async function importUsers(url: string, users: readonly string[]): Promise<void> {
  for (let from = 0; from < users.length; from += USERS_AT_ONCE) {
    const some = users.slice(from, from + USERS_AT_ONCE).map((userId) => ({ userId, name: userId }));
    expect((await api(url, "/v1/users/batch", { body: { users: some } })).status).toBe(200);
  }
}

/** As the rows say, of a server that does not run. */
function momentIn(dataDir: string, jobId: string): Moment {
  const db = new DatabaseSync(join(dataDir, "rooms.db"));
  const row = db
    .prepare("SELECT phase FROM job_orders LEFT JOIN job_states USING (room) WHERE room = ?")
    .get(`main/job/${jobId}`);
  db.close();
  if (row === undefined) throw new Error("a job that was answered is not stored");
  if (row.phase === null) return "gathering";
  return row.phase === "open" ? "working" : "over";
}

/** How many entries sessions have, the fewest and the most, and what the mailboxes count as unread. */
function storedIn(dataDir: string) {
  const db = new DatabaseSync(join(dataDir, "rooms.db"), { readOnly: true });
  const counts = "SELECT count(*) AS entries FROM entries GROUP BY room";
  const log = db
    .prepare(`SELECT min(entries) AS fewest, max(entries) AS most, count(*) AS sessions FROM (${counts})`)
    .get();
  const hot = db.prepare("SELECT sum(unread) AS unread FROM hot_sessions").get();
  db.close();
  return { ...log, ...hot };
}
