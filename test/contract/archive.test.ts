import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { createClient } from "@libsql/client/web";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { ArchiveServer } from "../../scripts/archive-server/server.ts";
import { openArchive } from "../../src/hosts/native/archive-database.ts";
import { Archive } from "./archive-under-test.ts";
import { archiveCases } from "./suites/archive.ts";
import { searchCases } from "./suites/archive-search.ts";

vi.setConfig({ testTimeout: 30_000 }); // every statement is a request, and each waits for its turn on the disk
const TOKEN = "a-token-of-the-archive";
const folder = mkdtempSync(join(tmpdir(), "parley-archive-"));
const closing: (() => unknown)[] = [];

/** As on Workers: `npm run migrate` was run before, and the client is the one for the web. */
async function overHttp(): Promise<Client> {
  const server = await ArchiveServer.start({ file: join(folder, "server.db"), port: 0, token: TOKEN });
  closing.push(() => server.close());
  (await openArchive({ url: server.url, token: TOKEN })).close();
  return createClient({ url: server.url, authToken: TOKEN });
}

const databases: readonly (readonly [string, () => Promise<Client>])[] = [
  ["a file", () => openArchive({ url: `file:${join(folder, "archive.db")}` })],
  ["the development server", overHttp],
];

afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true });
});

describe.each(databases)("an archive on %s", (_, open) => {
  let client: Client;
  beforeAll(async () => {
    client = await open();
    closing.unshift(() => client.close());
  });
  const cases = [...archiveCases, ...searchCases].map(({ name, run }) => [name, run] as const);
  it.each(cases)("%s", (_, run) => run(new Archive(client)));
});
