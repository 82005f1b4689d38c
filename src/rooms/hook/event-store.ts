import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { WebhookDelivery } from "../../protocol/webhook.ts";
import type { EventRow, LastAttempt } from "./types.ts";

const EVENT = "number, lane, position, type, at, body";

/** The SQL of events: what they say, and how their last attempt ended. */
export class EventStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** Of the newest event, also when it is forgotten; 0 without any. */
  newest(): { readonly number: number; readonly at: number } {
    const row =
      this.#sql
        .prepare("SELECT number, at FROM hook_events WHERE room = ? ORDER BY number DESC LIMIT 1")
        .get(this.#sql.room) ??
      this.#sql.prepare("SELECT forgotten AS number, 0 AS at FROM hook_endpoints WHERE room = ?").get(this.#sql.room);
    return { number: Number(row?.number ?? 0), at: Number(row?.at ?? 0) };
  }

  oldest(): { readonly number: number; readonly at: number } | undefined {
    const row = this.#sql
      .prepare("SELECT number, at FROM hook_events WHERE room = ? ORDER BY number LIMIT 1")
      .get(this.#sql.room);
    return row === undefined ? undefined : { number: Number(row.number), at: Number(row.at) };
  }

  /** Of the newest event of a lane. */
  lastPosition(lane: string): number | undefined {
    const row = this.#sql
      .prepare("SELECT position FROM hook_events WHERE room = ? AND lane = ? ORDER BY position DESC LIMIT 1")
      .get(this.#sql.room, lane);
    return row === undefined ? undefined : Number(row.position);
  }

  add({ number, lane, position, type, at, body }: EventRow): void {
    this.#sql
      .prepare("INSERT INTO hook_events (room, number, lane, position, type, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(this.#sql.room, number, lane, position, type, at, body);
  }

  /** The first event of a lane from a position on. */
  from(lane: string, position: number): EventRow | undefined {
    const row = this.#sql
      .prepare(
        `SELECT ${EVENT} FROM hook_events WHERE room = ? AND lane = ? AND position >= ? ORDER BY position LIMIT 1`,
      )
      .get(this.#sql.room, lane, position);
    return row === undefined ? undefined : eventOf(row);
  }

  /** The events of a lane in (after, upTo], and those after them whose types are among these. */
  about(lane: string, { after, upTo }: { after: number; upTo: number }, types: readonly string[]): EventRow[] {
    return this.#sql
      .prepare(
        `SELECT ${EVENT} FROM hook_events WHERE room = ? AND lane = ? AND position > ?
         AND (position <= ? OR type IN (SELECT value FROM json_each(?)))`,
      )
      .all(this.#sql.room, lane, after, upTo, JSON.stringify(types))
      .map(eventOf);
  }

  putBody(number: number, body: string): void {
    this.#sql
      .prepare("UPDATE hook_events SET body = ? WHERE room = ? AND number = ?")
      .run(body, this.#sql.room, number);
  }

  /** What became of an attempt. Once delivered it stays so. */
  attempted(number: number, delivered: boolean, last: LastAttempt): void {
    this.#sql
      .prepare(
        `UPDATE hook_events SET attempts = attempts + 1, delivered = max(delivered, ?), last = ?
         WHERE room = ? AND number = ?`,
      )
      .run(delivered ? 1 : 0, JSON.stringify(last), this.#sql.room, number);
  }

  /** The number of the first event that came at `atMs` or later. */
  firstSince(atMs: number): number | undefined {
    const row = this.#sql
      .prepare("SELECT number FROM hook_events WHERE room = ? AND at >= ? ORDER BY number LIMIT 1")
      .get(this.#sql.room, atMs);
    return row === undefined ? undefined : Number(row.number);
  }

  /** The newest first. */
  page(before: number, limit: number): Omit<WebhookDelivery, "id">[] {
    return this.#sql
      .prepare(
        `SELECT number, type, e.lane, at, e.attempts, delivered, last, l.position <= e.position AS waits
         FROM hook_events e LEFT JOIN hook_lanes l ON l.room = e.room AND l.lane = e.lane
         WHERE e.room = ? AND number < ? ORDER BY number DESC LIMIT ?`,
      )
      .all(this.#sql.room, before, limit)
      .map(deliveryOf);
  }

  /** Forgets the oldest: those up to a number, and those that came before `atMs`, but not more than `limit` at once. */
  forget({ upTo, atMs, limit }: { upTo: number; atMs: number; limit: number }): void {
    const row = this.#sql
      .prepare(
        `SELECT max(number) AS number FROM (SELECT number, at FROM hook_events WHERE room = ? ORDER BY number LIMIT ?)
         WHERE number <= ? OR at < ?`,
      )
      .get(this.#sql.room, limit, upTo, atMs);
    const last = Number(row?.number ?? 0);
    this.#sql.prepare("UPDATE hook_endpoints SET forgotten = ? WHERE room = ?").run(last, this.#sql.room);
    this.#sql.prepare("DELETE FROM hook_events WHERE room = ? AND number <= ?").run(this.#sql.room, last);
  }
}

function eventOf(row: SqlRow): EventRow {
  return {
    number: Number(row.number),
    lane: String(row.lane),
    position: Number(row.position),
    type: String(row.type),
    at: Number(row.at),
    body: String(row.body),
  };
}

function deliveryOf(row: SqlRow): Omit<WebhookDelivery, "id"> {
  const settled = row.delivered === 1 ? "delivered" : "failed";
  return {
    number: Number(row.number),
    type: String(row.type),
    lane: String(row.lane),
    at: Number(row.at),
    state: row.waits === 1 ? "waiting" : settled,
    attempts: Number(row.attempts),
    ...(row.last === null ? {} : { last: JSON.parse(String(row.last)) as LastAttempt }), // SAFETY: only attempted writes it
  };
}
