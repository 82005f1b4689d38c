import { errandTable } from "../../kernel/courier-store.ts";
import type { RoomMigrations } from "../../kernel/migrations.ts";

/** Who ever claimed the token: with which version last, and how manieth of all claims that was. The greatest has it. */
export const pushTokenMigrations: RoomMigrations = {
  kind: "push-token",
  scripts: [
    `CREATE TABLE push_claims (
      room TEXT NOT NULL, user TEXT NOT NULL, version INTEGER NOT NULL, claim INTEGER NOT NULL, PRIMARY KEY (room, user)
    ) WITHOUT ROWID;
    ${errandTable}`,
  ],
};
