import type { RoomSql } from "../../kernel/ports.ts";

/** The SQL of what webhooks were told. */
export class WebhookStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** The next place in the order of the user's events. */
  nextPosition(): number {
    const row = this.#sql.prepare("SELECT position FROM webhook_told WHERE room = ?").get(this.#sql.room);
    const position = Number(row?.position ?? 0) + 1;
    this.#sql
      .prepare(
        `INSERT INTO webhook_told (room, position, online) VALUES (?, ?, 0)
         ON CONFLICT (room) DO UPDATE SET position = excluded.position`,
      )
      .run(this.#sql.room, position);
    return position;
  }

  /** Whether the last that was told of the user's presence is that they are online. */
  isToldOnline(): boolean {
    return this.#sql.prepare("SELECT online FROM webhook_told WHERE room = ?").get(this.#sql.room)?.online === 1;
  }

  putOnline(isOnline: boolean): void {
    this.#sql.prepare("UPDATE webhook_told SET online = ? WHERE room = ?").run(isOnline ? 1 : 0, this.#sql.room);
  }
}
