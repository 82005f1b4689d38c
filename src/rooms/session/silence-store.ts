import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";

/** The SQL of mutes. */
export class SilenceStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  all(): Map<UserId, number> {
    const rows = this.#sql.prepare("SELECT user, until FROM mutes WHERE room = ?").all(this.#sql.room);
    return new Map(rows.map((row) => [String(row.user) as UserId, Number(row.until)])); // SAFETY: only put writes it
  }

  put(userId: UserId, untilMs: number): void {
    this.#sql
      .prepare(
        "INSERT INTO mutes (room, user, until) VALUES (?, ?, ?) ON CONFLICT (room, user) DO UPDATE SET until = excluded.until",
      )
      .run(this.#sql.room, userId, untilMs);
  }

  deleteEndedBy(nowMs: number): void {
    this.#sql.prepare("DELETE FROM mutes WHERE room = ? AND until <= ?").run(this.#sql.room, nowMs);
  }
}
