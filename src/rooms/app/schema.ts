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
    ) WITHOUT ROWID`,
  ],
};
