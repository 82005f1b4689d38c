import type { RoomSql } from "../../kernel/ports.ts";
import type { FeedReader } from "../../protocol/rpc/feed-call.ts";

export interface Feed {
  /** Entries up to here are done. */
  readonly cursor: number;
  /** Since when a job for what follows is in the reader's queue. */
  readonly askedAtMs: number | undefined;
}

/** The SQL of how far the readers of the log are. */
export class FeedStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(reader: FeedReader): Feed | undefined {
    const row = this.#sql
      .prepare("SELECT cursor, asked_at FROM feeds WHERE room = ? AND reader = ?")
      .get(this.#sql.room, reader);
    if (row === undefined) return undefined;
    return { cursor: Number(row.cursor), askedAtMs: row.asked_at === null ? undefined : Number(row.asked_at) };
  }

  put(reader: FeedReader, { cursor, askedAtMs }: Feed): void {
    this.#sql
      .prepare(
        `INSERT INTO feeds (room, reader, cursor, asked_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, reader) DO UPDATE SET cursor = excluded.cursor, asked_at = excluded.asked_at`,
      )
      .run(this.#sql.room, reader, cursor, askedAtMs ?? null);
  }
}
