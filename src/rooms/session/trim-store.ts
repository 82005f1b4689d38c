import type { RoomSql } from "../../kernel/ports.ts";

/** An entry without what only the archive still has. */
const CUT = `json_set(
    CASE entry ->> '$.kind' WHEN 'message' THEN json_set(json_remove(entry, '$.push'), '$.content', '')
    ELSE json_set(entry, '$.control.content', '') END, '$.cut', json('true')
  )`;
const CONTENT = `CASE entry ->> '$.kind' WHEN 'message' THEN entry ->> '$.content' ELSE entry ->> '$.control.content' END`;

/** Up to where the log is trimmed. */
export interface Trim {
  readonly seqId: number;
  /** packIds of entries up to here are forgotten. */
  readonly packsSeqId: number;
}

/** The SQL of what the room lets go of once the archive has it. */
export class TrimStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(): Trim {
    const row = this.#sql.prepare("SELECT seq, packs_seq FROM trims WHERE room = ?").get(this.#sql.room);
    return { seqId: Number(row?.seq ?? 0), packsSeqId: Number(row?.packs_seq ?? 0) };
  }

  put({ seqId, packsSeqId }: Trim): void {
    this.#sql
      .prepare(
        `INSERT INTO trims (room, seq, packs_seq) VALUES (?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET seq = excluded.seq, packs_seq = excluded.packs_seq`,
      )
      .run(this.#sql.room, seqId, packsSeqId);
  }

  /** Entries in (after, upTo], but those that are pinned, still written, or not in the archive as they are: it has what came up to `archived`. */
  trim({ after, upTo, archived }: { readonly after: number; readonly upTo: number; readonly archived: number }): void {
    this.#sql
      .prepare(
        `UPDATE entries SET entry = ${CUT} WHERE room = ?1 AND seq > ?2 AND seq <= ?3 AND ${CONTENT} <> ''
         AND coalesce(entry ->> '$.amendedBy', 0) <= ?4
         AND seq NOT IN (SELECT seq FROM pins WHERE room = ?1) AND seq NOT IN (SELECT seq FROM streams WHERE room = ?1)`,
      )
      .run(this.#sql.room, after, upTo, archived);
  }

  forgetPacks(after: number, upTo: number): void {
    this.#sql.prepare("DELETE FROM packs WHERE room = ? AND seq > ? AND seq <= ?").run(this.#sql.room, after, upTo);
  }
}
