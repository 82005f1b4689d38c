import Database from "libsql";
import type { Stmt, StmtResult, WireError } from "./protocol.ts";
import { fromWire, type SqliteValue, toWire } from "./values.ts";
import type { WriterTurns } from "./writer-turns.ts";

/** As long as Turso lets a write transaction last. */
const MAX_WAIT_MS = 5_000;

/** A fault of what was asked, answered with its code. */
export class SqlFault extends Error implements WireError {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** One stream's connection to the file. */
export class Connection {
  readonly #db: Database.Database;
  readonly #turns: WriterTurns;

  constructor(file: string, turns: WriterTurns) {
    this.#turns = turns;
    this.#db = new Database(file);
    // Nothing is held in memory that a kill could take: a commit returns after the fsync.
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  }

  execute(sql: string, stmt: Stmt): Promise<StmtResult> {
    // Prepared once, as a statement that found the database busy has not ended: left behind, it would keep what is
    // committed on this connection from being so.
    let statement: Database.Statement | undefined;
    return this.#whenFree(() => {
      statement ??= this.#db.prepare(sql).safeIntegers(true);
      return this.#run(statement, sql, stmt);
    });
  }

  /** Many statements, of which an error leaves the first ones done; so it must not begin while others write. */
  async script(sql: string): Promise<void> {
    await this.#whenFree(() => {
      if (!this.#db.inTransaction) this.#db.exec("BEGIN IMMEDIATE; ROLLBACK");
      this.#db.exec(sql);
    });
  }

  /** What is open is rolled back. */
  close(): void {
    const wasOpen = this.#db.inTransaction;
    // Closing alone leaves the transaction open until the last of its statements is collected.
    if (wasOpen) this.#db.exec("ROLLBACK");
    this.#db.close();
    if (wasOpen) this.#turns.ended();
  }

  async #whenFree<T>(work: () => T): Promise<T> {
    const endMs = Date.now() + MAX_WAIT_MS;
    for (;;) {
      const wasOpen = this.#db.inTransaction;
      try {
        const result = work();
        if (!this.#db.inTransaction) this.#turns.ended();
        return result;
      } catch (error) {
        if (wasOpen && !this.#db.inTransaction) this.#turns.ended();
        const fault = faultOf(error);
        // Not SQLITE_BUSY_SNAPSHOT: a transaction that has read what is no longer so cannot write, however long it waits.
        if (fault.code !== "SQLITE_BUSY" || !(await this.#turns.next(endMs - Date.now()))) throw fault;
      }
    }
  }

  #run(statement: Database.Statement, sql: string, stmt: Stmt): StmtResult {
    const args = argsOf(stmt);
    if (!returnsRows(statement)) {
      const { changes, lastInsertRowid } = statement.run(args);
      return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: String(lastInsertRowid) };
    }
    const cols = statement.columns().map(({ name, type }) => ({ name, decltype: type }));
    const rows = statement.all(args) as unknown[][]; // SAFETY: `raw` makes arrays of them
    return { cols, rows: stmt.want_rows ? rows.map((row) => row.map(toWire)) : [], ...this.#changes(sql) };
  }

  /** What a RETURNING statement did; reading changes nothing. */
  #changes(sql: string): Pick<StmtResult, "affected_row_count" | "last_insert_rowid"> {
    if (!/\breturning\b/i.test(sql)) return { affected_row_count: 0, last_insert_rowid: null };
    const statement = this.#db.prepare("SELECT changes(), last_insert_rowid()").raw(true).safeIntegers(true);
    const [row] = statement.all([]) as [[bigint, bigint]]; // SAFETY: a row of two integers
    const [changes, rowid] = row;
    return { affected_row_count: Number(changes), last_insert_rowid: String(rowid) };
  }
}

function returnsRows(statement: Database.Statement): boolean {
  try {
    statement.raw(true);
    return true;
  } catch {
    return false; // its way of saying so
  }
}

function argsOf({ args, named_args }: Stmt): SqliteValue[] | Record<string, SqliteValue> {
  if (named_args.length === 0) return args.map(fromWire);
  return Object.fromEntries(named_args.map(({ name, value }) => [name.replace(/^[:@$]/, ""), fromWire(value)]));
}

function faultOf(error: unknown): SqlFault {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && "code" in error ? String(error.code) : "SQL_INPUT_ERROR";
  return new SqlFault(message, code);
}
