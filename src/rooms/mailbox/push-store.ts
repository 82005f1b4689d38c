import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { PushRecord } from "../../protocol/rpc/push-call.ts";
import type { Push, PushRow } from "./push-row.ts";

/** The SQL of pushes and of their log. */
export class PushStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(subject: string): PushRow | undefined {
    const row = this.#sql
      .prepare("SELECT subject, number, expires_at, push FROM pushes WHERE room = ? AND subject = ?")
      .get(this.#sql.room, subject);
    return row === undefined ? undefined : pushOf(row);
  }

  /** They are few, so no index finds them. */
  byNumber(number: number): PushRow | undefined {
    const row = this.#sql
      .prepare("SELECT subject, number, expires_at, push FROM pushes WHERE room = ? AND number = ?")
      .get(this.#sql.room, number);
    return row === undefined ? undefined : pushOf(row);
  }

  newestNumber(): number {
    return Number(this.#sql.prepare("SELECT max(number) AS n FROM pushes WHERE room = ?").get(this.#sql.room)?.n ?? 0);
  }

  put({ subject, number, expiresAtMs, push }: PushRow): void {
    this.#sql
      .prepare(
        `INSERT INTO pushes (room, subject, number, expires_at, push) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, subject) DO UPDATE SET number = excluded.number, expires_at = excluded.expires_at,
         push = excluded.push`,
      )
      .run(this.#sql.room, subject, number, expiresAtMs, JSON.stringify(push));
  }

  remove(subject: string): void {
    this.#sql.prepare("DELETE FROM pushes WHERE room = ? AND subject = ?").run(this.#sql.room, subject);
  }

  removeAll(): void {
    this.#sql.prepare("DELETE FROM pushes WHERE room = ?").run(this.#sql.room);
  }

  deleteLog(): void {
    this.#sql.prepare("DELETE FROM push_log WHERE room = ?").run(this.#sql.room);
  }

  log(record: Omit<PushRecord, "id">): void {
    const { at, ...rest } = record;
    this.#sql
      .prepare(
        `INSERT INTO push_log (room, id, at, record)
         SELECT ?1, coalesce(max(id), 0) + 1, ?2, ?3 FROM push_log WHERE room = ?1`,
      )
      .run(this.#sql.room, at, JSON.stringify(rest));
  }

  /** The newest first. */
  logBefore(id: number, sinceMs: number, limit: number): PushRecord[] {
    return this.#sql
      .prepare("SELECT id, at, record FROM push_log WHERE room = ? AND id < ? AND at > ? ORDER BY id DESC LIMIT ?")
      .all(this.#sql.room, id, sinceMs, limit)
      .map(recordOf);
  }

  /** When something here is over first; `undefined` when there is nothing. */
  oldestMs(): { readonly logged: number | undefined; readonly expiring: number | undefined } {
    const log = this.#sql.prepare("SELECT min(at) AS at FROM push_log WHERE room = ?").get(this.#sql.room);
    const pushes = this.#sql.prepare("SELECT min(expires_at) AS at FROM pushes WHERE room = ?").get(this.#sql.room);
    return { logged: numberOf(log?.at), expiring: numberOf(pushes?.at) };
  }

  prune(nowMs: number, loggedSinceMs: number): void {
    this.#sql.prepare("DELETE FROM pushes WHERE room = ? AND expires_at <= ?").run(this.#sql.room, nowMs);
    this.#sql.prepare("DELETE FROM push_log WHERE room = ? AND at <= ?").run(this.#sql.room, loggedSinceMs);
  }
}

function numberOf(value: string | number | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

function pushOf(row: SqlRow): PushRow {
  return {
    subject: String(row.subject),
    number: Number(row.number),
    expiresAtMs: Number(row.expires_at),
    push: JSON.parse(String(row.push)) as Push, // SAFETY: only put writes it
  };
}

function recordOf(row: SqlRow): PushRecord {
  const rest = JSON.parse(String(row.record)) as Omit<PushRecord, "id" | "at">; // SAFETY: only log writes it
  return { id: Number(row.id), at: Number(row.at), ...rest };
}
