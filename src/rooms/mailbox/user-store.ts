import type { RoomSql } from "../../kernel/ports.ts";
import type { Profile } from "../../protocol/frames/user.ts";
import type { UserId } from "../../protocol/ids.ts";

export type StoredProfile = Omit<Profile, "userId">;

/** The SQL of the user's profile, and of what they note about others. */
export class UserStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  profile(): StoredProfile {
    const row = this.#sql.prepare("SELECT profile FROM profiles WHERE room = ?").get(this.#sql.room);
    return row === undefined ? {} : (JSON.parse(String(row.profile)) as StoredProfile); // SAFETY: only putProfile writes it
  }

  putProfile(profile: StoredProfile): void {
    this.#sql
      .prepare(
        "INSERT INTO profiles (room, profile) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET profile = excluded.profile",
      )
      .run(this.#sql.room, JSON.stringify(profile));
  }

  deleteAll(): void {
    this.#sql.prepare("DELETE FROM profiles WHERE room = ?").run(this.#sql.room);
    this.#sql.prepare("DELETE FROM user_attributes WHERE room = ?").run(this.#sql.room);
  }

  attributes(about: UserId): Record<string, string> {
    const rows = this.#sql
      .prepare("SELECT name, value FROM user_attributes WHERE room = ? AND user = ? ORDER BY name")
      .all(this.#sql.room, about);
    return Object.fromEntries(rows.map((row) => [String(row.name), String(row.value)]));
  }

  putAttribute(about: UserId, name: string, value: string): void {
    this.#sql
      .prepare(
        `INSERT INTO user_attributes (room, user, name, value) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, user, name) DO UPDATE SET value = excluded.value`,
      )
      .run(this.#sql.room, about, name, value);
  }

  deleteAttribute(about: UserId, name: string): void {
    this.#sql
      .prepare("DELETE FROM user_attributes WHERE room = ? AND user = ? AND name = ?")
      .run(this.#sql.room, about, name);
  }
}
