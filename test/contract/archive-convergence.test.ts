import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ArchiveServer } from "../../scripts/archive-server/server.ts";
import { openArchive } from "../../src/hosts/native/archive-database.ts";
import type { Entry } from "../../src/protocol/entry.ts";
import { seededRandom } from "../sim/random.ts";
import { ArchivedLog, steps } from "../support/archived-log.ts";
import { Archive } from "./archive-under-test.ts";

const SEED = 4;
const IN_ORDER = 8;
const folder = mkdtempSync(join(tmpdir(), "parley-convergence-"));
const closing: (() => unknown)[] = [];

afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true });
});

async function onFile(): Promise<Client> {
  const client = await openArchive({ url: `file:${join(folder, "file.db")}` });
  closing.unshift(() => client.close());
  await client.execute("PRAGMA synchronous = OFF"); // many small commits, none of which has to last
  return client;
}

async function onServer(): Promise<Client> {
  const server = await ArchiveServer.start({ file: join(folder, "server.db"), port: 0 });
  const client = await openArchive({ url: server.url });
  closing.unshift(
    () => client.close(),
    () => server.close(),
  );
  return client;
}

/** Everything that was read on the way, and the whole log as it is in the end; some of it twice, in any order. */
function batchesOf({ reads, entries }: ArchivedLog, seed: number): Entry[][] {
  const random = seededRandom(seed);
  const batches = [...reads];
  for (let at = 0; at < entries.length; ) {
    const size = 1 + Math.floor(random() * 6);
    batches.push(entries.slice(at, at + size));
    at += size;
  }
  const sent = batches.flatMap((batch) => (random() < 0.2 ? [batch, batch] : [batch]));
  return sent
    .map((batch) => ({ batch, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ batch }) => batch);
}

const INDEXES = `SELECT e.seq, e.kind, e.sender, e.content_type, e.timestamp, e.countable, e.target, e.text, e.expires_at, e.gone, e.entry
  FROM entries e WHERE e.app = :app ORDER BY e.seq`;
const MEMBERS = "SELECT user, from_seq, to_seq FROM memberships WHERE app = :app ORDER BY user, from_seq";
const SESSIONS = "SELECT head, complete, created_at, updated_at FROM sessions WHERE app = :app";
/** Of the full-text index itself: what of it belongs to no row with a text, and which rows are missing in it. */
const UNINDEXED = `SELECT e.seq FROM entries e
  WHERE e.app = :app AND (e.text IS NOT NULL) <> (e.id IN (SELECT rowid FROM found WHERE found MATCH '"' || e.scope || '"'))`;

async function everything(archive: Archive): Promise<string[]> {
  const rows = await Promise.all([INDEXES, MEMBERS, SESSIONS, UNINDEXED].map((sql) => archive.rows(sql)));
  return rows.flat();
}

async function converges(client: Client, log: ArchivedLog, seed: number): Promise<void> {
  const { sessionId } = log.group;
  const archive = new Archive(client);
  archive.nowMs = log.world.nowMs;
  for (const batch of batchesOf(log, seed)) await archive.write(sessionId, ...batch);
  const entries = await archive.entries(sessionId);
  expect(entries).toEqual(log.entries);
  const inOrder = new Archive(client);
  for (let at = 0; at < entries.length; at += IN_ORDER)
    await inOrder.write(sessionId, ...log.entries.slice(at, at + IN_ORDER));
  expect(await everything(archive)).toEqual(await everything(inOrder));
}

describe("batches that come late, twice and in any order", () => {
  it.each([
    ["a file", onFile, 40],
    ["the development server", onServer, 2],
  ] as const)(
    "make the rooms' own log of it, on %s",
    async (_, open, numRuns) => {
      const client = await open();
      const property = fc.asyncProperty(steps, fc.nat(), (taken, seed) =>
        converges(client, new ArchivedLog(taken), seed),
      );
      await fc.assert(property, { seed: SEED, numRuns, endOnFailure: true });
    },
    60_000,
  );
});
