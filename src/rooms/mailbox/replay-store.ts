import type { RoomSql } from "../../kernel/ports.ts";
import type { PackId } from "../../protocol/ids.ts";

export interface ReplayRow {
  readonly key: PackId;
  /** Of what was asked. */
  readonly digest: number;
  /** JSON */
  readonly answer: string;
  readonly expiresAt: number;
}

/** The SQL of answers that are given again. */
export class ReplayStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(key: PackId, nowMs: number): Pick<ReplayRow, "digest" | "answer"> | undefined {
    const row = this.#sql
      .prepare("SELECT digest, answer FROM replays WHERE room = ? AND key = ? AND expires_at > ?")
      .get(this.#sql.room, key, nowMs);
    return row === undefined ? undefined : { digest: Number(row.digest), answer: String(row.answer) };
  }

  put({ key, digest, answer, expiresAt }: ReplayRow): void {
    this.#sql
      .prepare(
        `INSERT INTO replays (room, key, digest, answer, expires_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, key) DO UPDATE SET digest = excluded.digest, answer = excluded.answer, expires_at = excluded.expires_at`,
      )
      .run(this.#sql.room, key, digest, answer, expiresAt);
  }

  deleteAll(): void {
    this.#sql.prepare("DELETE FROM replays WHERE room = ?").run(this.#sql.room);
  }

  /** Those that are over, and of the others all but the newest. */
  trim(nowMs: number, newest: number): void {
    this.#sql
      .prepare(
        `DELETE FROM replays WHERE room = ?1 AND (expires_at <= ?2 OR key IN (
         SELECT key FROM replays WHERE room = ?1 ORDER BY expires_at DESC, key LIMIT -1 OFFSET ?3))`,
      )
      .run(this.#sql.room, nowMs, newest);
  }
}
