import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@libsql/client";
import { expect, it } from "vitest";
import { ArchiveServer } from "../../scripts/archive-server/server.ts";
import { openArchive } from "../../src/hosts/native/archive-database.ts";
import { pageBefore, sendMany, type Talk, untilArchived } from "../support/archiving.ts";
import { HOSTS, type Host, ServerProcess, temporaryDirectory } from "../support/server-process.ts";

const OLD = 300;
const POLL_MS = 200;
/** About 2 s. */
const DAYS = 0.000_023;

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(POLL_MS);
}

/** Natively a server does so by itself after its start; a Worker when Cloudflare's clock says so. */
async function begin({ url, host }: { readonly url: string; readonly host: Host }): Promise<void> {
  if (host === "workers") expect((await fetch(`${url}/cdn-cgi/handler/scheduled`)).status).toBe(200);
}

async function textsIn(archiveUrl: string): Promise<number> {
  const client = createClient({ url: archiveUrl });
  const { rows } = await client.execute("SELECT count(*) AS n FROM entries WHERE text IS NOT NULL");
  client.close();
  return Number(rows[0]?.n);
}

it.concurrent.each(HOSTS)("%s takes contents away whose time is over, in the room and in the archive", async (host) => {
  const [dataDir, folder] = [temporaryDirectory(), temporaryDirectory()];
  const archive = await ArchiveServer.start({ file: join(folder, "archive.db"), port: 0 });
  (await openArchive({ url: archive.url })).close();
  const variables = { TURSO_URL: archive.url };
  let server = await ServerProcess.start({ host, dataDir, variables });
  const talkOf = ({ url }: { readonly url: string }): Talk => ({ url, from: "alice", to: "bob" });
  await sendMany(talkOf(server), 1, OLD);
  await untilArchived(archive.url, talkOf(server), OLD);
  await sleep(DAYS * 86_400_000);
  await sendMany(talkOf(server), OLD + 1, OLD + 1);
  await server.stop();
  server = await ServerProcess.start({
    host,
    dataDir,
    variables: { ...variables, PARLEY_RETENTION: `single=${DAYS}` },
  });
  await begin(server);
  await untilTrue(async () => {
    const { entries } = await pageBefore(talkOf(server), OLD + 1);
    return entries.every((entry) => entry.kind === "message" && entry.gone?.as === "expired" && entry.content === "");
  });
  const { entries } = await pageBefore(talkOf(server));
  expect(entries.at(-1)).toMatchObject({ kind: "control", control: { op: "purge", as: "expired" } });
  await untilTrue(async () => (await textsIn(archive.url)) <= 1);
  await server.dispose();
  await archive.close();
  for (const one of [dataDir, folder]) rmSync(one, { recursive: true, force: true });
});
