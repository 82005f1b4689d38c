import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { RoomSql, SqlRow, SqlValue, Statement } from "../../kernel/ports.ts";
import type { Transaction } from "../../kernel/room-runner.ts";
import { ParleyError } from "../../protocol/errors.ts";

/** Pages of WAL before a checkpoint (64 MiB): rows that change often are then copied to the database once. */
const WAL_CHECKPOINT_PAGES = 16_384;
const CACHE_KIB = 65_536;

/**
 * The one database of all native rooms. A turn is one transaction and therefore one fsync; within it each
 * event has a savepoint, opened with its first write, so that an event that fails undoes only its own.
 */
export class TurnDatabase implements Transaction {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  readonly #prepareForEvent = (sql: string): Statement =>
    this.#statements.get(sql) ?? this.#add(sql, () => this.#beforeEventWrite());
  #inTurn = false;
  #inSavepoint = false;
  #wrote = false;
  #whenCommitted = () => {};

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 5_000 });
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${WAL_CHECKPOINT_PAGES}; PRAGMA temp_store = MEMORY`);
    this.#begin = this.#db.prepare("BEGIN IMMEDIATE");
    this.#commit = this.#db.prepare("COMMIT");
    this.#savepoint = this.#db.prepare("SAVEPOINT event");
    this.#release = this.#db.prepare("RELEASE event");
  }

  /** A room's view: its writes belong to the running event. */
  forRoom(room: string): RoomSql {
    return { room, prepare: this.#prepareForEvent };
  }

  /** For the host's own rows: part of the turn, but of no event, so that a failing event does not undo them. */
  prepare(sql: string): Statement {
    return this.#statements.get(sql) ?? this.#add(sql, () => this.#beforeWrite());
  }

  /** Runs `work` as one event; when it throws, its writes are undone and the error goes on. */
  atomically<T>(work: () => T): T {
    this.#wrote = false;
    try {
      const value = work();
      if (this.#inSavepoint) this.#release.run();
      return value;
    } catch (error) {
      if (this.#inSavepoint) this.#undoEvent();
      throw error;
    } finally {
      this.#inSavepoint = false;
    }
  }

  wrote(): boolean {
    return this.#wrote;
  }

  /** Whether SQLite gave up the turn's transaction by itself, as it does when the disk is full. */
  get lost(): boolean {
    return this.#inTurn && !this.#db.isTransaction;
  }

  /** Makes the turn durable: returns after the fsync. Throws when nothing of it was stored. */
  commit(): void {
    if (!this.#inTurn) return;
    if (this.lost) throw new Error("the transaction was rolled back by SQLite");
    this.#commit.run();
    this.#inTurn = false;
    this.#whenCommitted();
  }

  /** `listener` hears of every turn that is durable, and had something to store. */
  whenCommitted(listener: () => void): void {
    this.#whenCommitted = listener;
  }

  rollback(): void {
    this.#inTurn = false;
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
  }

  close(): void {
    this.#db.close();
  }

  #beforeWrite(): void {
    if (this.lost) throw new ParleyError("DATABASE");
    if (this.#inTurn) return;
    this.#begin.run();
    this.#inTurn = true;
  }

  #beforeEventWrite(): void {
    this.#wrote = true;
    this.#beforeWrite();
    if (this.#inSavepoint) return;
    this.#savepoint.run();
    this.#inSavepoint = true;
  }

  #undoEvent(): void {
    if (!this.lost) this.#db.exec("ROLLBACK TO event; RELEASE event");
  }

  #add(sql: string, beforeWrite: () => void): Statement {
    const statement = wrap(this.#db.prepare(sql), beforeWrite);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function wrap(statement: StatementSync, beforeWrite: () => void): Statement {
  return {
    run: (...values: SqlValue[]) => {
      try {
        beforeWrite();
        statement.run(...values);
      } catch (cause) {
        throw coded(cause);
      }
    },
    get: (...values: SqlValue[]) => {
      try {
        return statement.get(...values) as SqlRow | undefined; // SAFETY: the column types that rooms declare
      } catch (cause) {
        throw coded(cause);
      }
    },
    all: (...values: SqlValue[]) => {
      try {
        return statement.all(...values) as SqlRow[]; // SAFETY: as above
      } catch (cause) {
        throw coded(cause);
      }
    },
  };
}

/** busy, locked, I/O error, full: the storage's fault, for which there is a code; anything else is ours. */
const STORAGE_FAULTS = new Set([5, 6, 10, 13]);

function coded(cause: unknown): unknown {
  const errcode = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) : 0;
  return STORAGE_FAULTS.has(errcode & 0xff) ? new ParleyError("DATABASE", undefined, { cause }) : cause;
}
