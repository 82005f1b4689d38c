import type { RoomMigrations } from "../../kernel/migrations.ts";

/** `value` is JSON. */
export const appMigrations: RoomMigrations = {
  kind: "app",
  scripts: [
    `CREATE TABLE apps (
      room TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL, PRIMARY KEY (room)
    ) WITHOUT ROWID;
    CREATE TABLE app_sections (
      room TEXT NOT NULL, section TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (room, section, id)
    ) WITHOUT ROWID;
    CREATE TABLE app_audit (
      room TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, action TEXT NOT NULL,
      about TEXT NOT NULL, PRIMARY KEY (room, id)
    ) WITHOUT ROWID;
    CREATE TABLE app_nonces (
      room TEXT NOT NULL, created INTEGER NOT NULL, key TEXT NOT NULL, nonce TEXT NOT NULL,
      PRIMARY KEY (room, created, key, nonce)
    ) WITHOUT ROWID;
    CREATE TABLE app_registry (
      room TEXT NOT NULL, app TEXT NOT NULL, name TEXT NOT NULL, request TEXT NOT NULL, created_at INTEGER NOT NULL,
      PRIMARY KEY (room, app)
    ) WITHOUT ROWID`,
    `ALTER TABLE app_audit ADD COLUMN source TEXT;
    CREATE UNIQUE INDEX app_audit_source ON app_audit (room, source) WHERE source IS NOT NULL`,
  ],
};
