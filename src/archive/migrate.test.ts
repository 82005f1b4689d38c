import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openArchive, readMigrations } from "../hosts/native/archive-database.ts";
import { ARCHIVE_VERSION, type ArchiveMigration, migrateArchive, requireArchive } from "./migrate.ts";
import * as schema from "./schema.ts";

const migrations = readMigrations();
const later: ArchiveMigration = {
  name: "later",
  madeAtMs: 9e12,
  hash: "later",
  statements: ["CREATE TABLE later (a)"],
};

describe("the archive's migrations", () => {
  let folder: string;
  let client: Client;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "parley-migrate-"));
    client = createClient({ url: `file:${join(folder, "archive.db")}`, concurrency: 1 });
  });
  afterEach(() => {
    client.close();
    rmSync(folder, { recursive: true });
  });

  it("make the tables, once", async () => {
    expect(await migrateArchive(client, migrations)).toEqual(["0000_archive", "0001_search"]);
    expect(await migrateArchive(client, migrations)).toEqual([]);
    await expect(requireArchive(client)).resolves.toBeUndefined();
  });

  it("are as many as the code knows", () => {
    expect(migrations).toHaveLength(ARCHIVE_VERSION);
  });

  it("continue where an older version ended", async () => {
    await migrateArchive(client, migrations);
    expect(await migrateArchive(client, [...migrations, later])).toEqual(["later"]);
  });

  it("leave nothing of one that fails", async () => {
    const broken = { ...later, statements: [...later.statements, "CREATE nonsense"] };
    await expect(migrateArchive(client, [...migrations, broken])).rejects.toThrow("nonsense");
    expect(await migrateArchive(client, [...migrations, later])).toEqual(["later"]);
  });

  it("refuse tables that are newer, or were made by another file, with and without a file system", async () => {
    await expect(requireArchive(client)).rejects.toThrow("run `npm run migrate`");
    await migrateArchive(client, [...migrations, later]);
    await expect(requireArchive(client)).rejects.toThrow("deploy newer code");
    await expect(migrateArchive(client, migrations)).rejects.toThrow("deploy newer code");
    await expect(openArchive({ url: `file:${join(folder, "archive.db")}` })).rejects.toThrow("deploy newer code");
    const changed = migrations.map((one) => ({ ...one, hash: `${one.hash}'` }));
    await expect(migrateArchive(client, [...changed, later])).rejects.toThrow("another 0000_archive");
  });

  it("may be run by two processes at once", async () => {
    const other = createClient({ url: `file:${join(folder, "archive.db")}`, concurrency: 1 });
    const applied = await Promise.all([migrateArchive(client, migrations), migrateArchive(other, migrations)]);
    other.close();
    expect(applied.flat().sort()).toEqual(["0000_archive", "0001_search"]);
  });

  it("make what the schema says", async () => {
    // Its ES module build does not load in Node.
    const kit = createRequire(import.meta.url)("drizzle-kit/api") as typeof import("drizzle-kit/api"); // SAFETY: that module
    const snapshot = createRequire(import.meta.url)("../../migrations/meta/0001_snapshot.json");
    const now = await kit.generateSQLiteDrizzleJson({ ...schema }, snapshot.id);
    expect(await kit.generateSQLiteMigration(snapshot, now)).toEqual([]);
  });
});
