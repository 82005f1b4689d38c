import type { RoomMigrations } from "../../kernel/migrations.ts";

/**
 * `job_orders` is what was asked for, and never changes; `job_states` how far it is: its row is written often and is short.
 * `targets` is a JSON array of ids, `job` and `error` are JSON and the name of an error. A job for everybody has a row in
 * `job_gatherings`, and the one in `job_states` when its targets are found.
 */
export const jobMigrations: RoomMigrations = {
  kind: "job",
  scripts: [
    `CREATE TABLE job_orders (
      room TEXT PRIMARY KEY, job TEXT NOT NULL, digest INTEGER NOT NULL, total INTEGER NOT NULL, created_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE job_states (
      room TEXT PRIMARY KEY, cursor INTEGER NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL,
      phase TEXT NOT NULL, ended_at INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE job_chunks (
      room TEXT NOT NULL, chunk INTEGER NOT NULL, targets TEXT NOT NULL, PRIMARY KEY (room, chunk)
    ) WITHOUT ROWID;
    CREATE TABLE job_retries (
      room TEXT NOT NULL, position INTEGER NOT NULL, target TEXT NOT NULL, attempts INTEGER NOT NULL,
      first_at INTEGER NOT NULL, due_at INTEGER NOT NULL, PRIMARY KEY (room, position)
    ) WITHOUT ROWID;
    CREATE TABLE job_failures (
      room TEXT NOT NULL, number INTEGER NOT NULL, target TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (room, number)
    ) WITHOUT ROWID`,
    `CREATE TABLE job_gatherings (
      room TEXT PRIMARY KEY, shard INTEGER NOT NULL, after TEXT NOT NULL, total INTEGER NOT NULL
    ) WITHOUT ROWID`,
  ],
};
