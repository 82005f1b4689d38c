import type { RoomSql } from "./ports.ts";
import type { RoomKindName } from "./room-name.ts";

/** The tables of one kind of room: scripts in order, never changed once released; new ones are added at the end. */
export interface RoomMigrations {
  readonly kind: RoomKindName;
  readonly scripts: readonly string[];
}

const VERSION_TABLE = `CREATE TABLE IF NOT EXISTS room_schema (
  kind TEXT PRIMARY KEY, version INTEGER NOT NULL
) WITHOUT ROWID`;

/**
 * Brings the tables up to date, inside the host's transaction. Throws when they are newer than this code:
 * an old deploy must not write rows that it does not understand.
 */
export function migrateRooms(sql: RoomSql, migrations: RoomMigrations): void {
  sql.prepare(VERSION_TABLE).run();
  const row = sql.prepare("SELECT version FROM room_schema WHERE kind = ?").get(migrations.kind);
  const current = Number(row?.version ?? 0);
  const target = migrations.scripts.length;
  if (current > target) {
    throw new Error(
      `the ${migrations.kind} tables have version ${current}, this code knows ${target}: deploy newer code`,
    );
  }
  if (current === target) return;
  for (const script of migrations.scripts.slice(current)) {
    for (const statement of script.split(";")) {
      if (statement.trim() !== "") sql.prepare(statement).run();
    }
  }
  sql
    .prepare(
      "INSERT INTO room_schema (kind, version) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET version = excluded.version",
    )
    .run(migrations.kind, target);
}
