import type { RoomSql } from "../../kernel/ports.ts";
import type { Entry } from "../../protocol/entry.ts";
import { entryFromJson } from "../../protocol/entry-json.ts";

/** What was imported last. */
export interface ImportRow {
  /** Entries up to here were written elsewhere. */
  readonly seqId: number;
  readonly atMs: number;
}

/** The SQL of imports. */
export class ImportStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(): ImportRow | undefined {
    const row = this.#sql.prepare("SELECT seq, at FROM imports WHERE room = ?").get(this.#sql.room);
    return row === undefined ? undefined : { seqId: Number(row.seq), atMs: Number(row.at) };
  }

  put({ seqId, atMs }: ImportRow): void {
    this.#sql
      .prepare(
        `INSERT INTO imports (room, seq, at) VALUES (?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET seq = excluded.seq, at = excluded.at`,
      )
      .run(this.#sql.room, seqId, atMs);
  }

  /** The newest message or notice up to `seqId`. */
  newest(seqId: number): Entry | undefined {
    const row = this.#sql
      .prepare(
        `SELECT entry FROM entries WHERE room = ? AND seq <= ? AND entry ->> '$.kind' <> 'control'
         ORDER BY seq DESC LIMIT 1`,
      )
      .get(this.#sql.room, seqId);
    return row === undefined ? undefined : entryFromJson(String(row.entry));
  }
}
