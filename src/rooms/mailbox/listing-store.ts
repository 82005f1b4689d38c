import type { RoomSql } from "../../kernel/ports.ts";

/** The SQL of whether the app's directory was told of the user. */
export class ListingStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  has(): boolean {
    return this.#sql.prepare("SELECT 1 AS found FROM listings WHERE room = ?").get(this.#sql.room) !== undefined;
  }

  put(): void {
    this.#sql.prepare("INSERT INTO listings (room) VALUES (?) ON CONFLICT (room) DO NOTHING").run(this.#sql.room);
  }

  delete(): void {
    this.#sql.prepare("DELETE FROM listings WHERE room = ?").run(this.#sql.room);
  }
}
