import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { Lane } from "./types.ts";

/** The SQL of lanes that have events waiting. */
export class LaneStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(lane: string): Lane | undefined {
    const row = this.#sql
      .prepare("SELECT lane, position, attempts, first_at, due FROM hook_lanes WHERE room = ? AND lane = ?")
      .get(this.#sql.room, lane);
    return row === undefined ? undefined : laneOf(row);
  }

  put({ lane, position, attempts, firstAt, due }: Lane): void {
    this.#sql
      .prepare(
        `INSERT INTO hook_lanes (room, lane, position, attempts, first_at, due) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, lane) DO UPDATE SET position = excluded.position, attempts = excluded.attempts,
         first_at = excluded.first_at, due = excluded.due`,
      )
      .run(this.#sql.room, lane, position, attempts, firstAt, due);
  }

  delete(lane: string): void {
    this.#sql.prepare("DELETE FROM hook_lanes WHERE room = ? AND lane = ?").run(this.#sql.room, lane);
  }

  /** Those that are due first. */
  byDue(limit: number): Lane[] {
    return this.#sql
      .prepare("SELECT lane, position, attempts, first_at, due FROM hook_lanes WHERE room = ? ORDER BY due LIMIT ?")
      .all(this.#sql.room, limit)
      .map(laneOf);
  }

  /** All that waits is due now, with its attempts forgotten. */
  restart(dueMs: number): void {
    this.#sql
      .prepare("UPDATE hook_lanes SET attempts = 0, first_at = 0, due = ? WHERE room = ?")
      .run(dueMs, this.#sql.room);
  }

  /** Lanes go back to their first event from a number on. */
  rewind(number: number, dueMs: number): void {
    this.#sql
      .prepare(
        `INSERT INTO hook_lanes (room, lane, position, attempts, first_at, due)
         SELECT room, lane, min(position), 0, 0, ?3 FROM hook_events WHERE room = ?1 AND number >= ?2 GROUP BY room, lane
         ON CONFLICT (room, lane) DO UPDATE SET position = min(position, excluded.position), attempts = 0, first_at = 0,
         due = excluded.due`,
      )
      .run(this.#sql.room, number, dueMs);
  }
}

function laneOf(row: SqlRow): Lane {
  return {
    lane: String(row.lane),
    position: Number(row.position),
    attempts: Number(row.attempts),
    firstAt: Number(row.first_at),
    due: Number(row.due),
  };
}
