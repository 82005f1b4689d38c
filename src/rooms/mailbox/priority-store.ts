import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { Entry } from "../../protocol/entry.ts";
import { entryFromJson, entryToJson } from "../../protocol/entry-json.ts";
import type { PriorityItem } from "../../protocol/frames/sync.ts";

/** A priority entry as it is kept. */
export interface Kept {
  readonly id: number;
  readonly sessionId: string;
  readonly atMs: number;
  readonly entry: Entry;
}

/** A kept entry that has the content of the message `target`. */
export interface Copy extends Pick<Kept, "id" | "entry"> {
  readonly target: number;
}

/** The SQL of priority entries. One that is only kept for its id has no entry any more. */
export class PriorityStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  newestId(): number {
    const row = this.#sql.prepare("SELECT max(id) AS id FROM priority WHERE room = ?").get(this.#sql.room);
    return Number(row?.id ?? 0);
  }

  put({ id, sessionId, atMs, entry }: Kept): void {
    this.#sql
      .prepare("INSERT INTO priority (room, id, session, at, entry) VALUES (?, ?, ?, ?, ?)")
      .run(this.#sql.room, id, sessionId, atMs, entryToJson(entry));
  }

  /** The kept entry `id` has the content of the message `target`. */
  putCopy(sessionId: string, target: number, id: number): void {
    this.#sql
      .prepare("INSERT INTO priority_copies (room, session, target, id) VALUES (?, ?, ?, ?)")
      .run(this.#sql.room, sessionId, target, id);
  }

  /** Kept entries that have the content of messages in (after, upTo]. */
  copiesIn(sessionId: string, { after, upTo }: { after: number; upTo: number }): Copy[] {
    return this.#sql
      .prepare(
        `SELECT target, id, entry FROM priority_copies JOIN priority USING (room, id)
         WHERE room = ? AND priority_copies.session = ? AND target > ? AND target <= ?`,
      )
      .all(this.#sql.room, sessionId, after, upTo)
      .map((row) => ({ target: Number(row.target), id: Number(row.id), entry: entryFromJson(String(row.entry)) }));
  }

  deleteCopy(sessionId: string, { target, id }: Copy): void {
    this.#sql
      .prepare("DELETE FROM priority_copies WHERE room = ? AND session = ? AND target = ? AND id = ?")
      .run(this.#sql.room, sessionId, target, id);
  }

  replace(id: number, entry: Entry): void {
    this.#sql
      .prepare("UPDATE priority SET entry = ? WHERE room = ? AND id = ?")
      .run(entryToJson(entry), this.#sql.room, id);
  }

  /** Those after `id` that were kept after `sinceMs`, ascending. */
  after(id: number, sinceMs: number, limit: number): PriorityItem[] {
    return this.#sql
      .prepare(
        `SELECT id, session, entry FROM priority WHERE room = ? AND id > ? AND at > ? AND entry <> ''
         ORDER BY id LIMIT ?`,
      )
      .all(this.#sql.room, id, sinceMs, limit)
      .map(itemOf);
  }

  /** The newest that were kept after `sinceMs`, descending. */
  newest(sinceMs: number, limit: number): PriorityItem[] {
    return this.#sql
      .prepare(
        "SELECT id, session, entry FROM priority WHERE room = ? AND at > ? AND entry <> '' ORDER BY id DESC LIMIT ?",
      )
      .all(this.#sql.room, sinceMs, limit)
      .map(itemOf);
  }

  /** When the oldest was kept. */
  oldestMs(): number | undefined {
    const row = this.#sql
      .prepare("SELECT at FROM priority WHERE room = ? AND entry <> '' ORDER BY id LIMIT 1")
      .get(this.#sql.room);
    return row === undefined ? undefined : Number(row.at);
  }

  /** Forgets what was kept until `untilMs`. The newest id stays, so that ids go on from there. */
  prune(untilMs: number, newestId: number): void {
    const { room } = this.#sql;
    this.#sql
      .prepare(
        `DELETE FROM priority_copies WHERE room = ? AND id IN (SELECT id FROM priority WHERE room = ? AND at <= ?)`,
      )
      .run(room, room, untilMs);
    this.#sql.prepare("DELETE FROM priority WHERE room = ? AND at <= ? AND id < ?").run(room, untilMs, newestId);
    this.#sql
      .prepare("UPDATE priority SET entry = '' WHERE room = ? AND id = ? AND at <= ?")
      .run(room, newestId, untilMs);
  }
}

function itemOf(row: SqlRow): PriorityItem {
  return {
    id: Number(row.id),
    sessionId: String(row.session) as PriorityItem["sessionId"], // SAFETY: only `put` writes it
    entry: entryFromJson(String(row.entry)),
  };
}
