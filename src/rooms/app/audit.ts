import type { Clock, RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { AuditPage, AuditRecord, NoteCall } from "../../protocol/rpc/app-call.ts";

/** Older records than so many are forgotten. */
const MAX_RECORDS = 100_000;

/** What administrators did, with its SQL. Never what was set: values may be secret. */
export class Audit {
  readonly #sql: RoomSql;
  readonly #clock: Clock;

  constructor(sql: RoomSql, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  note(by: string | undefined, action: string, about: string): void {
    this.#add({ at: this.#clock.nowMs(), by: by ?? "system", action, about }, null);
  }

  /** What was done in another room, which tells of it until it has an answer. */
  noteOnce({ source, at, by, action, about }: NoteCall): null {
    const known = this.#sql
      .prepare("SELECT id FROM app_audit WHERE room = ? AND source = ?")
      .get(this.#sql.room, source);
    if (known === undefined) this.#add({ at, by, action, about }, source);
    return null;
  }

  #add({ at, by, action, about }: Omit<AuditRecord, "id">, source: string | null): void {
    const id = this.#lastId() + 1;
    this.#sql
      .prepare("INSERT INTO app_audit (room, id, at, by, action, about, source) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(this.#sql.room, id, at, by, action, about, source);
    if (id > MAX_RECORDS)
      this.#sql.prepare("DELETE FROM app_audit WHERE room = ? AND id <= ?").run(this.#sql.room, id - MAX_RECORDS);
  }

  page(before: number | undefined, limit: number): AuditPage {
    const found = this.#sql
      .prepare("SELECT id, at, by, action, about FROM app_audit WHERE room = ? AND id < ? ORDER BY id DESC LIMIT ?")
      .all(this.#sql.room, before ?? Number.MAX_SAFE_INTEGER, limit + 1)
      .map(recordOf);
    return { records: found.slice(0, limit), more: found.length > limit };
  }

  #lastId(): number {
    return Number(
      this.#sql.prepare("SELECT coalesce(max(id), 0) AS id FROM app_audit WHERE room = ?").get(this.#sql.room)?.id ?? 0,
    );
  }
}

function recordOf(row: SqlRow): AuditRecord {
  const { id, at, by, action, about } = row;
  return { id: Number(id), at: Number(at), by: String(by), action: String(action), about: String(about) };
}
