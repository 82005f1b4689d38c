import type { RoomSql } from "../../kernel/ports.ts";

/** A message that is to expire. */
export interface Due {
  readonly atMs: number;
  readonly seqId: number;
}

/** The SQL of messages that expire. */
export class ExpiryStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  put({ atMs, seqId }: Due): void {
    this.#sql.prepare("INSERT INTO expiring (room, at, seq) VALUES (?, ?, ?)").run(this.#sql.room, atMs, seqId);
  }

  remove({ atMs, seqId }: Due): void {
    this.#sql.prepare("DELETE FROM expiring WHERE room = ? AND at = ? AND seq = ?").run(this.#sql.room, atMs, seqId);
  }

  /** The first that are due. */
  first(limit: number): Due[] {
    return this.#sql
      .prepare("SELECT at, seq FROM expiring WHERE room = ? ORDER BY at, seq LIMIT ?")
      .all(this.#sql.room, limit)
      .map(({ at, seq }) => ({ atMs: Number(at), seqId: Number(seq) }));
  }
}
