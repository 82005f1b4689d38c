import type { RoomSql } from "../../kernel/ports.ts";
import type { Ban } from "../../protocol/rpc/mailbox-call.ts";

/** The SQL of the user's ban. */
export class StandingStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  ban(): Ban | undefined {
    const row = this.#sql.prepare("SELECT ban FROM user_bans WHERE room = ?").get(this.#sql.room);
    const text = row?.ban ?? null;
    return text === null ? undefined : (JSON.parse(String(text)) as Ban); // SAFETY: only put writes it
  }

  /** Returns the number of the change. */
  put(ban: Ban | null): number {
    const row = this.#sql
      .prepare(
        `INSERT INTO user_bans (room, ban, changes) VALUES (?, ?, 1)
         ON CONFLICT (room) DO UPDATE SET ban = excluded.ban, changes = changes + 1 RETURNING changes`,
      )
      .get(this.#sql.room, ban && JSON.stringify(ban));
    return Number(row?.changes);
  }
}
