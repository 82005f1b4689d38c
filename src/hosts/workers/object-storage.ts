import type { RoomSql, SqlRow, SqlValue, Statement } from "../../kernel/ports.ts";
import type { Transaction } from "../../kernel/room-runner.ts";

/** The SQLite of one Durable Object. It belongs to one room, so the `room` column is a constant. */
export class ObjectStorage implements RoomSql, Transaction {
  readonly room = "";
  readonly #storage: DurableObjectStorage;
  readonly #statements = new Map<string, Statement>();
  #wrote = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  atomically<T>(work: () => T): T {
    this.#wrote = false;
    return this.#storage.transactionSync(work);
  }

  wrote(): boolean {
    return this.#wrote;
  }

  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#statement(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Cursors are always read to their end: an open one of a write fails the commit and resets the object. */
  #statement(sql: string): Statement {
    const exec = (values: SqlValue[]) => this.#storage.sql.exec(sql, ...values).toArray() as SqlRow[]; // SAFETY: no column is a BLOB
    return {
      run: (...values) => {
        this.#wrote = true;
        exec(values);
      },
      get: (...values) => exec(values)[0],
      all: (...values) => exec(values),
    };
  }
}
