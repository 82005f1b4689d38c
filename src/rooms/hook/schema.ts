import type { RoomMigrations } from "../../kernel/migrations.ts";

/**
 * `hook_events` is the delivery log and the queue in one: whatever is at or beyond the position of its lane's row in `hook_lanes`
 * waits, and a lane without a row has nothing that waits. `settings`, `state` and `secrets` are JSON. Numbers go on when
 * events are forgotten: `forgotten` is the highest of theirs.
 */
export const hookMigrations: RoomMigrations = {
  kind: "hook",
  scripts: [
    `CREATE TABLE hook_endpoints (
      room TEXT PRIMARY KEY, settings TEXT NOT NULL, state TEXT NOT NULL, secrets TEXT NOT NULL,
      created_at INTEGER NOT NULL, failing_since INTEGER, forgotten INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE TABLE hook_events (
      room TEXT NOT NULL, number INTEGER NOT NULL, lane TEXT NOT NULL, position INTEGER NOT NULL, type TEXT NOT NULL,
      at INTEGER NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, delivered INTEGER NOT NULL DEFAULT 0,
      last TEXT, PRIMARY KEY (room, number)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX hook_events_by_lane ON hook_events (room, lane, position);
    CREATE TABLE hook_lanes (
      room TEXT NOT NULL, lane TEXT NOT NULL, position INTEGER NOT NULL, attempts INTEGER NOT NULL,
      first_at INTEGER NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (room, lane)
    ) WITHOUT ROWID;
    CREATE INDEX hook_lanes_by_due ON hook_lanes (room, due)`,
  ],
};
