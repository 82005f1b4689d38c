import type { RoomSql } from "../../kernel/ports.ts";

export interface ListingRow {
  /** The app's directory was told of the user. */
  readonly isListed: boolean;
  /** When the user was erased last, in ms since 1970; 0: never. */
  readonly erasedAtMs: number;
}

/** The SQL of whether the user exists, and since when nothing is left of who they were. */
export class ListingStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(): ListingRow {
    const row = this.#sql.prepare("SELECT listed, erased_at FROM listings WHERE room = ?").get(this.#sql.room);
    return { isListed: row?.listed === 1, erasedAtMs: Number(row?.erased_at ?? 0) };
  }

  put({ isListed, erasedAtMs }: ListingRow): void {
    this.#sql
      .prepare(
        `INSERT INTO listings (room, listed, erased_at) VALUES (?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET listed = excluded.listed, erased_at = excluded.erased_at`,
      )
      .run(this.#sql.room, isListed ? 1 : 0, erasedAtMs);
  }
}
