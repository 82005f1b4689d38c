import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { ListedUser } from "../../protocol/rpc/directory-call.ts";

/** The SQL of a shard of the directory. */
export class DirectoryStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  has(userId: UserId): boolean {
    const found = this.#sql
      .prepare("SELECT 1 AS found FROM directory_users WHERE room = ? AND user = ?")
      .get(this.#sql.room, userId);
    return found !== undefined;
  }

  add({ userId, since }: ListedUser): void {
    this.#sql
      .prepare("INSERT INTO directory_users (room, user, since) VALUES (?, ?, ?)")
      .run(this.#sql.room, userId, since);
    this.#countOn(1);
  }

  remove(userId: UserId): void {
    this.#sql.prepare("DELETE FROM directory_users WHERE room = ? AND user = ?").run(this.#sql.room, userId);
    this.#countOn(-1);
  }

  after(userId: string, limit: number): ListedUser[] {
    return this.#sql
      .prepare("SELECT user, since FROM directory_users WHERE room = ? AND user > ? ORDER BY user LIMIT ?")
      .all(this.#sql.room, userId, limit)
      .map(({ user, since }) => ({ userId: String(user) as UserId, since: Number(since) })); // SAFETY: only add writes it
  }

  count(): number {
    const row = this.#sql.prepare("SELECT users FROM directory_counts WHERE room = ?").get(this.#sql.room);
    return Number(row?.users ?? 0);
  }

  #countOn(difference: 1 | -1): void {
    this.#sql
      .prepare(
        "INSERT INTO directory_counts (room, users) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET users = users + excluded.users",
      )
      .run(this.#sql.room, difference);
  }
}

/** Of all rooms in a database that they share; for whoever runs the server. */
export function usersOfAllApps(sql: RoomSql): number {
  return Number(sql.prepare("SELECT sum(users) AS users FROM directory_counts").get()?.users ?? 0);
}
