import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { ArchiveServer } from "../../scripts/archive-server/server.ts";
import { ArchiveReader } from "../../src/archive/reader.ts";
import { ArchiveSearch, type SearchAsk } from "../../src/archive/search.ts";
import type { ArchiveBatch } from "../../src/archive/write-statements.ts";
import { ArchiveWriter } from "../../src/archive/writer.ts";
import { openArchive } from "../../src/hosts/native/archive-database.ts";
import { Latencies } from "../driver/latencies.ts";
import { app, batches, SESSIONS, userOf, words } from "./corpus.ts";
import { servedReads } from "./served.ts";

const SAMPLES = 300;
const PAGE = 50;
const FOUND = 20;
/** Enough to tell, of what is written for its own sake. */
const WRITTEN = { rows: 16_384, sessions: 16 } as const;
const SIZES = [8, 64, 512] as const;
const FILL_SIZE = 64;
const clock = { nowMs: () => Date.now() };

export interface ArchiveWrites {
  readonly database: string;
  /** Entries of a batch. */
  readonly size: number;
  readonly rowsPerSecond: number;
  /** Of this process, in which the file's engine and the development server run as well. */
  readonly cpuMicros: number;
}

export interface ArchiveReads {
  readonly what: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface ArchiveFigures {
  readonly rows: number;
  readonly writes: readonly ArchiveWrites[];
  readonly reads: readonly ArchiveReads[];
  /** Of a server with an archive of its own, over HTTP. */
  readonly served: readonly ArchiveReads[];
}

/** What the archive does with so many rows on this machine's disk. */
export async function archiveFigures(rows: number): Promise<ArchiveFigures> {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-archive-"));
  const server = await ArchiveServer.start({ file: join(folder, "server.db"), port: 0 });
  try {
    const writes: ArchiveWrites[] = [];
    for (const size of SIZES) {
      const onFile = { url: `file:${join(folder, `file-${size}.db`)}` };
      writes.push({ database: "file", size, ...(await write(onFile, batches({ ...WRITTEN, size }))) });
    }
    const size = Math.max(...SIZES);
    const overHttp = await write(server, batches({ ...WRITTEN, size }));
    writes.push({ database: "HTTP, development server", size, ...overHttp });
    const url = `file:${join(folder, "archive.db")}`;
    const filled = await write({ url }, batches({ rows, size: FILL_SIZE, sessions: SESSIONS }));
    writes.push({ database: `file, up to ${rows} rows`, size: FILL_SIZE, ...filled });
    return { rows, writes, reads: await reads(url), served: await servedReads() };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** What rows take, without the time in which they are made up. */
async function write(address: { url: string }, load: Iterable<ArchiveBatch>) {
  const client = await openArchive(address);
  const writer = new ArchiveWriter(client);
  let spentMs = 0;
  let cpu = 0;
  let rows = 0;
  for (const batch of load) {
    const before = process.cpuUsage();
    spentMs += await timed(() => writer.write(batch));
    const { user, system } = process.cpuUsage(before);
    cpu += user + system;
    rows += batch.entries.length;
  }
  client.close();
  return { rowsPerSecond: (rows / spentMs) * 1_000, cpuMicros: cpu / rows };
}

async function reads(url: string): Promise<ArchiveReads[]> {
  const client = await openArchive({ url });
  const search = new ArchiveSearch(client, clock);
  const user = (index: number) => ({ app, userId: userOf(index * 7), limit: FOUND });
  const asks: readonly (readonly [what: string, ask: (index: number) => SearchAsk])[] = [
    ["search, a common word", (index) => ({ ...user(index), text: words[index % 8] ?? "" })],
    ["search, a rare word", (index) => ({ ...user(index), text: words[15_000 + index] ?? "" })],
    ["search, two words", (index) => ({ ...user(index), text: `${words[index % 8]} ${words[100 + index]}` })],
    ["search, two characters", (index) => ({ ...user(index), text: (words[200 + index] ?? "").slice(0, 2) })],
    ["search, no word, a sender", (index) => ({ ...user(index), from: userOf(index * 7) })],
  ];
  const found: ArchiveReads[] = [await pages(client)];
  for (const [what, ask] of asks) found.push(await sampled(what, (index) => search.search(ask(index))));
  client.close();
  return found;
}

async function pages(client: Client): Promise<ArchiveReads> {
  const reader = new ArchiveReader(client, clock);
  const sessions = [...batches({ rows: SESSIONS, size: 1, sessions: SESSIONS })];
  return sampled(`history, a page of ${PAGE}`, (index) => {
    const { sessionId } = sessions[(index * 13) % sessions.length] ?? { sessionId: undefined };
    if (sessionId === undefined) throw new Error("there are no sessions");
    return reader.entries(
      { app, sessionId },
      Array.from({ length: PAGE }, (_, nth) => (index % 50) + nth + 1),
    );
  });
}

async function sampled(what: string, work: (index: number) => Promise<unknown>): Promise<ArchiveReads> {
  const latencies = new Latencies();
  for (let index = 0; index < SAMPLES; index += 1) latencies.add(await timed(() => work(index)));
  return { what, ...latencies.summary() };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
