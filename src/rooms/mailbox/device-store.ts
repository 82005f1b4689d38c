import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { DeviceId, DeviceType } from "../../protocol/ids.ts";

export interface DeviceRow {
  readonly deviceId: DeviceId;
  readonly deviceType: DeviceType;
  /** The token that it connected with last, and when that runs out. */
  readonly tokenId: string;
  readonly expiresAtMs: number;
  readonly lastSeenAt: number;
}

/** The SQL of devices and revoked tokens. */
export class DeviceStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** The one seen last first. */
  all(): DeviceRow[] {
    return this.#sql
      .prepare(
        "SELECT device, type, token, expires_at, seen_at FROM devices WHERE room = ? ORDER BY seen_at DESC, device",
      )
      .all(this.#sql.room)
      .map(deviceOf);
  }

  put({ deviceId, deviceType, tokenId, expiresAtMs, lastSeenAt }: DeviceRow): void {
    this.#sql
      .prepare(
        `INSERT INTO devices (room, device, type, token, expires_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, device) DO UPDATE SET type = excluded.type, token = excluded.token,
         expires_at = excluded.expires_at, seen_at = excluded.seen_at`,
      )
      .run(this.#sql.room, deviceId, deviceType, tokenId, expiresAtMs, lastSeenAt);
  }

  remove(deviceId: string): void {
    this.#sql.prepare("DELETE FROM devices WHERE room = ? AND device = ?").run(this.#sql.room, deviceId);
  }

  deleteAll(): void {
    this.#sql.prepare("DELETE FROM devices WHERE room = ?").run(this.#sql.room);
    this.#sql.prepare("DELETE FROM last_seen WHERE room = ?").run(this.#sql.room);
  }

  /** Of devices that are no longer known; 0 when there were none. */
  lastSeenAt(): number {
    return Number(this.#sql.prepare("SELECT at FROM last_seen WHERE room = ?").get(this.#sql.room)?.at ?? 0);
  }

  putLastSeen(at: number): void {
    this.#sql
      .prepare("INSERT INTO last_seen (room, at) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET at = excluded.at")
      .run(this.#sql.room, at);
  }

  isRevoked(tokenId: string): boolean {
    return (
      this.#sql.prepare("SELECT 1 AS one FROM revoked WHERE room = ? AND token = ?").get(this.#sql.room, tokenId) !==
      undefined
    );
  }

  /** Of tokens that have run out by themselves nothing is kept. */
  revoke({ tokenId, expiresAtMs }: Pick<DeviceRow, "tokenId" | "expiresAtMs">, nowMs: number): void {
    this.#sql
      .prepare("INSERT INTO revoked (room, token, expires_at) VALUES (?, ?, ?) ON CONFLICT (room, token) DO NOTHING")
      .run(this.#sql.room, tokenId, expiresAtMs);
    this.#sql.prepare("DELETE FROM revoked WHERE room = ? AND expires_at <= ?").run(this.#sql.room, nowMs);
  }
}

function deviceOf(row: SqlRow): DeviceRow {
  return {
    deviceId: String(row.device) as DeviceId, // SAFETY: only put writes it
    deviceType: String(row.type) as DeviceType, // SAFETY: as above
    tokenId: String(row.token),
    expiresAtMs: Number(row.expires_at),
    lastSeenAt: Number(row.seen_at),
  };
}
