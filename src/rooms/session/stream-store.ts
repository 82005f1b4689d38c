import type { RoomSql } from "../../kernel/ports.ts";

export interface StreamRow {
  readonly seqId: number;
  /** When it was opened or last known to grow. */
  readonly touchedAt: number;
}

/** The SQL of messages that are still being written. Their text is in the log. */
export class StreamStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  all(): StreamRow[] {
    return this.#sql
      .prepare("SELECT seq, touched_at FROM streams WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => ({ seqId: Number(row.seq), touchedAt: Number(row.touched_at) }));
  }

  put({ seqId, touchedAt }: StreamRow): void {
    this.#sql
      .prepare(
        `INSERT INTO streams (room, seq, touched_at) VALUES (?, ?, ?)
         ON CONFLICT (room, seq) DO UPDATE SET touched_at = excluded.touched_at`,
      )
      .run(this.#sql.room, seqId, touchedAt);
  }

  remove(seqId: number): void {
    this.#sql.prepare("DELETE FROM streams WHERE room = ? AND seq = ?").run(this.#sql.room, seqId);
  }
}
