import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";

export interface InvitationRow {
  readonly userId: UserId;
  /** Grows with every change of any invitation of the group. */
  readonly version: number;
  readonly inviter: UserId;
  readonly greeting?: string;
  /** ms since 1970 */
  readonly at: number;
}

/** The SQL of open invitations. */
export class InvitationStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** Those of the users who are invited. */
  openOf(userIds: readonly UserId[]): UserId[] {
    return this.#sql
      .prepare("SELECT user FROM invited WHERE room = ? AND open = 1 AND user IN (SELECT value FROM json_each(?))")
      .all(this.#sql.room, JSON.stringify(userIds))
      .map((row) => String(row.user) as UserId); // SAFETY: only put writes it
  }

  open(): UserId[] {
    return this.#sql
      .prepare("SELECT user FROM invited WHERE room = ? AND open = 1")
      .all(this.#sql.room)
      .map((row) => String(row.user) as UserId); // SAFETY: only put writes it
  }

  nextVersion(): number {
    const row = this.#sql.prepare("SELECT max(version) AS newest FROM invited WHERE room = ?").get(this.#sql.room);
    return Number(row?.newest ?? 0) + 1;
  }

  put({ userId, version, inviter, greeting, at }: InvitationRow): void {
    this.#sql
      .prepare(
        `INSERT INTO invited (room, user, version, inviter, greeting, at, open) VALUES (?, ?, ?, ?, ?, ?, 1)
         ON CONFLICT (room, user) DO UPDATE SET version = excluded.version, inviter = excluded.inviter,
         greeting = excluded.greeting, at = excluded.at, open = 1`,
      )
      .run(this.#sql.room, userId, version, inviter, greeting ?? null, at);
  }

  /** Of those that are over, the newest stays: its version is the one to go on from. */
  close(userIds: readonly UserId[], version: number): void {
    this.#sql
      .prepare("UPDATE invited SET open = 0, version = ? WHERE room = ? AND user IN (SELECT value FROM json_each(?))")
      .run(version, this.#sql.room, JSON.stringify(userIds));
    this.#sql.prepare("DELETE FROM invited WHERE room = ? AND open = 0 AND version < ?").run(this.#sql.room, version);
  }
}
