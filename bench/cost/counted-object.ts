import { DatabaseSync } from "node:sqlite";
import { makeRoom, migrationsOf } from "../../src/hosts/room-kinds.ts";
import type { Effect, Effects } from "../../src/kernel/effects.ts";
import { migrateRooms } from "../../src/kernel/migrations.ts";
import { DEFAULT_POLICY } from "../../src/kernel/policy.ts";
import type { Connection, ConnectionState, RoomPorts, RoomSql, SqlRow } from "../../src/kernel/ports.ts";
import type { RoomEvent } from "../../src/kernel/room.ts";
import { addressOf, type RoomName } from "../../src/kernel/room-name.ts";
import { type Ran, RoomRunner } from "../../src/kernel/room-runner.ts";
import { DEFAULT_SETTINGS } from "../../src/protocol/rpc/app-settings.ts";
import type { Outcome } from "../../src/protocol/rpc/outcome.ts";

export interface Rows {
  written: number;
  read: number;
}

/** A socket that counts nothing: outgoing WebSocket messages are free. */
export class Socket implements Connection {
  state: ConnectionState;

  constructor(state: ConnectionState) {
    this.state = state;
  }

  save(state: ConnectionState): void {
    this.state = state;
  }

  lastSeenMs(): number {
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * Rows as Durable Objects bill them. All tables of the rooms are WITHOUT ROWID with one key and no index, for which a
 * changed row is one written row; SQLite's count of changes is then the bill. Checked by `assertBilledByChanges`.
 */
function countingSql(db: DatabaseSync, rows: Rows): RoomSql {
  return {
    room: "",
    prepare: (sql) => {
      const statement = db.prepare(sql);
      return {
        run: (...values) => {
          rows.written += Number(statement.run(...values).changes);
        },
        get: (...values) => {
          rows.read += 1;
          return statement.get(...values) as SqlRow | undefined; // SAFETY: the columns that rooms declare
        },
        all: (...values) => {
          const found = statement.all(...values) as SqlRow[]; // SAFETY: as above
          rows.read += found.length;
          return found;
        },
      };
    },
  };
}

/** Throws when a table would cost more rows than SQLite's count of changes tells. */
function assertBilledByChanges(db: DatabaseSync): void {
  const [indexed] = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").all();
  const [rowid] = db
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND wr = 0 AND name NOT LIKE 'sqlite_%'")
    .all();
  if (indexed !== undefined || rowid !== undefined)
    throw new Error("the cost model must learn about indexes and rowids");
}

/** One room with a database of its own, as a Durable Object has it. */
export class CountedObject {
  readonly name: RoomName;
  readonly rows: Rows = { written: 0, read: 0 };
  readonly connections: Socket[] = [];
  readonly #runner: RoomRunner;
  /** When its alarm is due. */
  alarmAtMs: number | undefined;

  constructor(name: RoomName, nowMs: () => number) {
    this.name = name;
    const db = new DatabaseSync(":memory:");
    const address = addressOf(name);
    const sql = countingSql(db, this.rows);
    migrateRooms(sql, migrationsOf(address.kind));
    assertBilledByChanges(db);
    this.rows.written = 0;
    const ports: RoomPorts = {
      sql,
      clock: { nowMs },
      random: () => 0.5,
      connections: () => this.connections,
      settings: () => DEFAULT_SETTINGS,
      policy: { ...DEFAULT_POLICY, requestsPerSecond: 1_000_000, requestBurst: 1_000_000 },
    };
    const make = (effects: Effects) => makeRoom(address, ports, effects);
    const transaction = { atomically: <T>(work: () => T) => work(), wrote: () => true };
    this.#runner = new RoomRunner(make, transaction, (fault) => {
      throw fault;
    });
  }

  /** An event, and what the room then starts in batches. */
  run(event: RoomEvent): { outcome: Outcome; effects: readonly Effect[] } {
    const ran: Ran = this.#runner.run(event);
    return { outcome: ran.outcome, effects: [...ran.effects, ...this.#runner.run({ type: "settle" }).effects] };
  }

  /** `setAlarm` is one written row; a later alarm than the one set is not set. */
  wake(atMs: number): void {
    if (this.alarmAtMs !== undefined && this.alarmAtMs <= atMs) return;
    this.alarmAtMs = atMs;
    this.rows.written += 1;
  }
}
