import { errandTable } from "../../kernel/courier-store.ts";
import type { RoomMigrations } from "../../kernel/migrations.ts";

/** `job` is JSON. `digest` tells whether a letter is put again: they are few, so no index finds it. */
export const lettersMigrations: RoomMigrations = {
  kind: "letters",
  scripts: [
    `CREATE TABLE letters (
      room TEXT NOT NULL, id INTEGER NOT NULL, digest INTEGER NOT NULL, job TEXT NOT NULL, reason TEXT NOT NULL,
      at INTEGER NOT NULL, PRIMARY KEY (room, id)
    ) WITHOUT ROWID;
    ${errandTable}`,
  ],
};
