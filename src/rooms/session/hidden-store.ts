import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";

/** The SQL of what users deleted for themselves. */
export class HiddenStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  put(userId: UserId, seqIds: readonly number[], atMs: number): void {
    this.#sql
      .prepare(
        `INSERT INTO hidden (room, user, seq, at) SELECT ?, ?, value, ? FROM json_each(?) WHERE true
         ON CONFLICT (room, user, seq) DO NOTHING`,
      )
      .run(this.#sql.room, userId, atMs, JSON.stringify(seqIds));
  }

  /** Those of the messages that are hidden from the user, and since when. */
  among(userId: UserId, seqIds: readonly number[]): Map<number, number> {
    const rows = this.#sql
      .prepare("SELECT seq, at FROM hidden WHERE room = ? AND user = ? AND seq IN (SELECT value FROM json_each(?))")
      .all(this.#sql.room, userId, JSON.stringify(seqIds));
    return new Map(rows.map(({ seq, at }) => [Number(seq), Number(at)]));
  }
}
