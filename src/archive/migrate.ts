import type { ArchiveClient } from "./client.ts";
import { reach } from "./faults.ts";

/** One file of `migrations/`, as drizzle-kit wrote it. */
export interface ArchiveMigration {
  readonly name: string;
  /** When it was made, in ms since 1970: their order. */
  readonly madeAtMs: number;
  /** SHA-256 of the file in hex. */
  readonly hash: string;
  readonly statements: readonly string[];
}

/** How many migrations this code was written for. */
export const ARCHIVE_VERSION = 2;

// The table that drizzle's own tools keep, so that those can be used as well.
const TABLE = "__drizzle_migrations";
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS ${TABLE} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`;
const APPLIED = `SELECT hash, created_at FROM ${TABLE} ORDER BY created_at`;
const RECORD = `INSERT INTO ${TABLE} (hash, created_at) VALUES (?, ?)`;
const HAS_TABLE = `SELECT count(*) AS n FROM sqlite_master WHERE name = '${TABLE}'`;

/**
 * Brings the archive up to date, each migration in a transaction of its own. May be run again, and by several processes
 * at once. Throws when the tables are newer than this code, or were made by migrations that have been changed since.
 * Returns the names of those that were applied.
 */
export async function migrateArchive(
  client: ArchiveClient,
  migrations: readonly ArchiveMigration[],
): Promise<string[]> {
  await reach(() => client.execute(CREATE_TABLE));
  const applied: string[] = [];
  for (const migration of await pending(client, migrations)) {
    if (await apply(client, migration, migrations)) applied.push(migration.name);
  }
  return applied;
}

/** For hosts that cannot migrate. Throws when the tables are not those that this code was written for. */
export async function requireArchive(client: ArchiveClient): Promise<void> {
  const { rows } = await reach(() => client.execute(HAS_TABLE));
  const version = Number(rows[0]?.n) === 0 ? 0 : (await reach(() => client.execute(APPLIED))).rows.length;
  if (version === ARCHIVE_VERSION) return;
  const remedy = version < ARCHIVE_VERSION ? "run `npm run migrate`" : "deploy newer code";
  throw new Error(`the archive has version ${version}, this code knows ${ARCHIVE_VERSION}: ${remedy}`);
}

async function pending(
  client: ArchiveClient,
  migrations: readonly ArchiveMigration[],
): Promise<readonly ArchiveMigration[]> {
  const { rows } = await reach(() => client.execute(APPLIED));
  if (rows.length > migrations.length) {
    const [has, knows] = [rows.length, migrations.length];
    throw new Error(`the archive has version ${has}, this code knows ${knows}: deploy newer code`);
  }
  for (const [index, row] of rows.entries()) {
    const known = migrations[index];
    if (row.hash === known?.hash) continue;
    throw new Error(`the archive was made by another ${known?.name}: deploy the code that made it`);
  }
  return migrations.slice(rows.length);
}

/** False when another process was faster. */
async function apply(
  client: ArchiveClient,
  migration: ArchiveMigration,
  all: readonly ArchiveMigration[],
): Promise<boolean> {
  const record = { sql: RECORD, args: [migration.hash, migration.madeAtMs] };
  try {
    await reach(() => client.batch([...migration.statements, record], "write"));
    return true;
  } catch (error) {
    if (!(await pending(client, all)).includes(migration)) return false;
    throw error;
  }
}
