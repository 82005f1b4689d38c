import type { RoomSql } from "../../kernel/ports.ts";
import type { Span } from "../../protocol/amend.ts";
import type { MessageEntry } from "../../protocol/entry.ts";
import { entryFromJson } from "../../protocol/entry-json.ts";

/** The SQL of how far the log is purged: of a user's messages, or of everybody's, which is subject "". */
export class PurgeStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  cursor(subject: string): number {
    const row = this.#sql.prepare("SELECT seq FROM purges WHERE room = ? AND subject = ?").get(this.#sql.room, subject);
    return Number(row?.seq ?? 0);
  }

  putCursor(subject: string, seqId: number): void {
    this.#sql
      .prepare(
        `INSERT INTO purges (room, subject, seq) VALUES (?, ?, ?)
         ON CONFLICT (room, subject) DO UPDATE SET seq = excluded.seq`,
      )
      .run(this.#sql.room, subject, seqId);
  }

  deleteCursor(subject: string): void {
    this.#sql.prepare("DELETE FROM purges WHERE room = ? AND subject = ?").run(this.#sql.room, subject);
  }

  /** The first messages of these that are not gone, at most `limit`. */
  kept({ after, upTo, sender }: Span, limit: number): MessageEntry[] {
    return this.#sql
      .prepare(
        `SELECT entry FROM entries WHERE room = ?1 AND seq > ?2 AND seq <= ?3 AND (?4 IS NULL OR sender = ?4)
         AND entry ->> '$.kind' = 'message' AND entry ->> '$.gone' IS NULL ORDER BY seq LIMIT ?5`,
      )
      .all(this.#sql.room, after, upTo, sender ?? null, limit)
      .map((row) => entryFromJson(String(row.entry)) as MessageEntry); // SAFETY: the condition
  }
}
