import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ArchiveServer } from "../../scripts/archive-server/server.ts";
import { openArchive } from "../../src/hosts/native/archive-database.ts";
import { ARCHIVE_URL } from "./archive-url.ts";

/** As `npm run archive:dev`, for the tests inside workerd. */
export default async function startArchive(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "parley-workers-archive-"));
  const server = await ArchiveServer.start({ file: join(folder, "archive.db"), port: 0 });
  (await openArchive({ url: server.url })).close();
  project.provide(ARCHIVE_URL, server.url);
  return async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  };
}
