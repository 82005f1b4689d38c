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
    return row === undefined ? undefined : (JSON.parse(String(row.ban)) as Ban); // SAFETY: only put writes it
  }

  put(ban: Ban): void {
    this.#sql
      .prepare("INSERT INTO user_bans (room, ban) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET ban = excluded.ban")
      .run(this.#sql.room, JSON.stringify(ban));
  }

  delete(): void {
    this.#sql.prepare("DELETE FROM user_bans WHERE room = ?").run(this.#sql.room);
  }
}
