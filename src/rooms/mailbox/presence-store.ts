import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";

/** What followers know of the user, or are being told. */
export interface Told {
  readonly isOnline: boolean;
  readonly version: number;
  /** Not all of them are known to have heard. */
  readonly isPending: boolean;
}

/** The SQL of what followers were told, and of who they are. */
export class PresenceStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** Nothing for a user whom nobody follows. */
  told(): Told | undefined {
    const row = this.#sql.prepare("SELECT online, version, pending FROM presence WHERE room = ?").get(this.#sql.room);
    if (row === undefined) return undefined;
    return { isOnline: row.online === 1, version: Number(row.version), isPending: row.pending === 1 };
  }

  put({ isOnline, version, isPending }: Told): void {
    this.#sql
      .prepare(
        `INSERT INTO presence (room, online, version, pending) VALUES (?, ?, ?, ?) ON CONFLICT (room) DO UPDATE
         SET online = excluded.online, version = excluded.version, pending = excluded.pending`,
      )
      .run(this.#sql.room, isOnline ? 1 : 0, version, isPending ? 1 : 0);
  }

  forget(): void {
    this.#sql.prepare("DELETE FROM presence WHERE room = ?").run(this.#sql.room);
  }

  followers(): UserId[] {
    return this.#sql
      .prepare("SELECT user FROM followers WHERE room = ?")
      .all(this.#sql.room)
      .map(({ user }) => String(user) as UserId); // SAFETY: only addFollower writes it
  }

  hasFollowers(): boolean {
    return this.#sql.prepare("SELECT 1 AS one FROM followers WHERE room = ? LIMIT 1").get(this.#sql.room) !== undefined;
  }

  addFollower(userId: UserId): void {
    this.#sql
      .prepare("INSERT INTO followers (room, user) VALUES (?, ?) ON CONFLICT (room, user) DO NOTHING")
      .run(this.#sql.room, userId);
  }

  removeFollower(userId: UserId): void {
    this.#sql.prepare("DELETE FROM followers WHERE room = ? AND user = ?").run(this.#sql.room, userId);
  }
}
