import type { RoomMigrations } from "../../kernel/migrations.ts";

/** The count is a row, so that asking for it costs one however many users there are. */
export const directoryMigrations: RoomMigrations = {
  kind: "directory",
  scripts: [
    `CREATE TABLE directory_users (
      room TEXT NOT NULL, user TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (room, user)
    ) WITHOUT ROWID;
    CREATE TABLE directory_counts (room TEXT PRIMARY KEY, users INTEGER NOT NULL) WITHOUT ROWID`,
  ],
};
