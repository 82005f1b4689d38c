import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";

/** Somebody who wants to come in. */
export interface JoinRequestRow {
  readonly userId: UserId;
  readonly greeting?: string;
  /** ms since 1970 */
  readonly at: number;
}

/** The SQL of bans and join requests. */
export class GateStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** Those of the users who are banned. */
  bannedOf(userIds: readonly UserId[]): UserId[] {
    return this.#sql
      .prepare("SELECT user FROM bans WHERE room = ? AND user IN (SELECT value FROM json_each(?))")
      .all(this.#sql.room, JSON.stringify(userIds))
      .map((row) => String(row.user) as UserId); // SAFETY: only ban writes it
  }

  countBanned(): number {
    return Number(this.#sql.prepare("SELECT count(*) AS n FROM bans WHERE room = ?").get(this.#sql.room)?.n ?? 0);
  }

  ban(userIds: readonly UserId[]): void {
    this.#sql
      .prepare("INSERT INTO bans (room, user) SELECT ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING")
      .run(this.#sql.room, JSON.stringify(userIds));
  }

  unban(userIds: readonly UserId[]): void {
    this.#sql
      .prepare("DELETE FROM bans WHERE room = ? AND user IN (SELECT value FROM json_each(?))")
      .run(this.#sql.room, JSON.stringify(userIds));
  }

  /** The longest waiting first. */
  requests(): JoinRequestRow[] {
    return this.#sql
      .prepare("SELECT user, greeting, at FROM join_requests WHERE room = ? ORDER BY at, user")
      .all(this.#sql.room)
      .map((row) => ({
        userId: String(row.user) as UserId, // SAFETY: only putRequest writes it
        ...(row.greeting === null ? {} : { greeting: String(row.greeting) }),
        at: Number(row.at),
      }));
  }

  hasRequest(userId: UserId): boolean {
    const row = this.#sql
      .prepare("SELECT 1 AS one FROM join_requests WHERE room = ? AND user = ?")
      .get(this.#sql.room, userId);
    return row !== undefined;
  }

  countRequests(): number {
    const row = this.#sql.prepare("SELECT count(*) AS n FROM join_requests WHERE room = ?").get(this.#sql.room);
    return Number(row?.n ?? 0);
  }

  putRequest({ userId, greeting, at }: JoinRequestRow): void {
    this.#sql
      .prepare(
        `INSERT INTO join_requests (room, user, greeting, at) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET greeting = excluded.greeting, at = excluded.at`,
      )
      .run(this.#sql.room, userId, greeting ?? null, at);
  }

  deleteRequests(userIds: readonly UserId[]): void {
    this.#sql
      .prepare("DELETE FROM join_requests WHERE room = ? AND user IN (SELECT value FROM json_each(?))")
      .run(this.#sql.room, JSON.stringify(userIds));
  }

  clearRequests(): void {
    this.#sql.prepare("DELETE FROM join_requests WHERE room = ?").run(this.#sql.room);
  }
}
