import { DatabaseSync } from "node:sqlite";
import { ALL_MIGRATIONS } from "../../src/hosts/room-kinds.ts";
import { migrateRooms } from "../../src/kernel/migrations.ts";
import type { RoomSql, SqlRow, SqlValue, Statement } from "../../src/kernel/ports.ts";
import type { Transaction } from "../../src/kernel/room-runner.ts";
import { ParleyError } from "../../src/protocol/errors.ts";

/** The rows of all simulated rooms: what survives a crash. */
export class SimStorage implements Transaction {
  readonly #db = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, Statement>();
  readonly #runs = new Map<string, number>();
  #wrote = false;
  /** Rows written since the start, as a Durable Object would bill them. */
  rowsWritten = 0;
  /** While set every write fails, like on a full disk. */
  isFull = false;

  constructor() {
    for (const migrations of ALL_MIGRATIONS) migrateRooms(this.forRoom(""), migrations);
    this.rowsWritten = 0;
  }

  forRoom(room: string): RoomSql {
    return { room, prepare: (sql) => this.#prepare(sql) };
  }

  /** How often statements whose text has this word were run. */
  statementsOn(word: string): number {
    return [...this.#runs].reduce((sum, [sql, times]) => (sql.includes(word) ? sum + times : sum), 0);
  }

  atomically<T>(work: () => T): T {
    this.#wrote = false;
    this.#db.exec("SAVEPOINT event");
    try {
      const value = work();
      this.#db.exec("RELEASE event");
      return value;
    } catch (error) {
      this.#db.exec("ROLLBACK TO event; RELEASE event");
      throw error;
    }
  }

  wrote(): boolean {
    return this.#wrote;
  }

  #prepare(sql: string): Statement {
    this.#runs.set(sql, (this.#runs.get(sql) ?? 0) + 1);
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      const prepared = this.#db.prepare(sql);
      statement = {
        run: (...values: SqlValue[]) => {
          this.#wrote = true;
          if (this.isFull) throw new ParleyError("DATABASE");
          this.rowsWritten += Number(prepared.run(...values).changes);
        },
        // SAFETY: rooms declare text, integer and null columns only
        get: (...values: SqlValue[]) => prepared.get(...values) as SqlRow | undefined,
        // SAFETY: as above
        all: (...values: SqlValue[]) => prepared.all(...values) as SqlRow[],
      };
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
