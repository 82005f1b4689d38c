import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { Letter } from "../../protocol/rpc/letters-call.ts";

export interface NewLetter {
  /** JSON */
  readonly job: string;
  readonly reason: string;
  readonly digest: number;
  readonly at: number;
}

/** The SQL of dead letters. */
export class LettersStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  count(): number {
    return Number(this.#sql.prepare("SELECT count(*) AS n FROM letters WHERE room = ?").get(this.#sql.room)?.n ?? 0);
  }

  has({ job, reason, digest }: NewLetter): boolean {
    const row = this.#sql
      .prepare("SELECT 1 AS found FROM letters WHERE room = ? AND digest = ? AND job = ? AND reason = ?")
      .get(this.#sql.room, digest, job, reason);
    return row !== undefined;
  }

  add({ job, reason, digest, at }: NewLetter): void {
    this.#sql
      .prepare(
        `INSERT INTO letters (room, id, digest, job, reason, at)
         SELECT ?1, coalesce(max(id), 0) + 1, ?2, ?3, ?4, ?5 FROM letters WHERE room = ?1`,
      )
      .run(this.#sql.room, digest, job, reason, at);
  }

  after(id: number, limit: number): Letter[] {
    return this.#sql
      .prepare("SELECT id, job, reason, at FROM letters WHERE room = ? AND id > ? ORDER BY id LIMIT ?")
      .all(this.#sql.room, id, limit)
      .map(letterOf);
  }

  /** Forgets letters and returns them. Without `ids`: the oldest. */
  take(ids: readonly number[] | undefined, limit: number): Letter[] {
    const letters = ids === undefined ? this.after(0, limit) : this.#byIds(ids.slice(0, limit));
    this.#sql
      .prepare("DELETE FROM letters WHERE room = ? AND id IN (SELECT value FROM json_each(?))")
      .run(this.#sql.room, JSON.stringify(letters.map(({ id }) => id)));
    return letters;
  }

  #byIds(ids: readonly number[]): Letter[] {
    return this.#sql
      .prepare(
        `SELECT id, job, reason, at FROM letters WHERE room = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id`,
      )
      .all(this.#sql.room, JSON.stringify(ids))
      .map(letterOf);
  }
}

/** Of all rooms in a database that they share; for whoever runs the server. */
export function lettersByRoom(sql: RoomSql): { queue: string; letters: number }[] {
  return sql
    .prepare("SELECT room, count(*) AS letters FROM letters GROUP BY room")
    .all()
    .map(({ room, letters }) => ({ queue: String(room).split("/").at(-1) ?? "", letters: Number(letters) }));
}

function letterOf(row: SqlRow): Letter {
  const job = JSON.parse(String(row.job)) as Letter["job"]; // SAFETY: only add writes it
  return { id: Number(row.id), job, reason: String(row.reason), at: Number(row.at) };
}
