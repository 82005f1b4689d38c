import type { RoomSql } from "../../kernel/ports.ts";
import type { DeviceType, UserId } from "../../protocol/ids.ts";

/** The SQL of whom each device follows. There is one connection per device type (M22). */
export class FollowedStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  all(): [DeviceType, UserId[]][] {
    return this.#sql
      .prepare("SELECT device_type, users FROM followed WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => [row.device_type as DeviceType, JSON.parse(String(row.users)) as UserId[]]); // SAFETY: only put writes them
  }

  put(deviceType: DeviceType, userIds: readonly UserId[]): void {
    this.#sql
      .prepare(
        `INSERT INTO followed (room, device_type, users) VALUES (?, ?, ?)
         ON CONFLICT (room, device_type) DO UPDATE SET users = excluded.users`,
      )
      .run(this.#sql.room, deviceType, JSON.stringify(userIds));
  }

  delete(deviceType: DeviceType): void {
    this.#sql.prepare("DELETE FROM followed WHERE room = ? AND device_type = ?").run(this.#sql.room, deviceType);
  }
}
