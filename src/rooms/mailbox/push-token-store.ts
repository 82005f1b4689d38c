import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { PushRegistration, PushSettings } from "../../protocol/frames/push.ts";
import type { DeviceId } from "../../protocol/ids.ts";

export interface TokenRow {
  readonly tokenId: string;
  readonly deviceId: DeviceId;
  /** Grows with every registration of the user. */
  readonly version: number;
  readonly registeredAtMs: number;
  readonly registration: PushRegistration;
}

/** The newest version that a registration got, and what the user wants of pushes. */
export interface SettingsRow {
  readonly version: number;
  readonly settings: PushSettings;
}

/** The SQL of push registrations, and of the user's settings for them. */
export class PushTokenStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** The newest first. */
  all(): TokenRow[] {
    return this.#sql
      .prepare(
        "SELECT id, device, version, registered_at, registration FROM push_tokens WHERE room = ? ORDER BY version DESC",
      )
      .all(this.#sql.room)
      .map(tokenOf);
  }

  put({ tokenId, deviceId, version, registeredAtMs, registration }: TokenRow): void {
    this.#sql
      .prepare(
        `INSERT INTO push_tokens (room, id, device, version, registered_at, registration) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, id) DO UPDATE SET device = excluded.device, version = excluded.version,
         registered_at = excluded.registered_at, registration = excluded.registration`,
      )
      .run(this.#sql.room, tokenId, deviceId, version, registeredAtMs, JSON.stringify(registration));
  }

  remove(tokenId: string): void {
    this.#sql.prepare("DELETE FROM push_tokens WHERE room = ? AND id = ?").run(this.#sql.room, tokenId);
  }

  settings(): SettingsRow {
    const row = this.#sql.prepare("SELECT version, settings FROM push_settings WHERE room = ?").get(this.#sql.room);
    if (row === undefined) return { version: 0, settings: {} };
    return { version: Number(row.version), settings: JSON.parse(String(row.settings)) as PushSettings }; // SAFETY: only putSettings writes it
  }

  putSettings({ version, settings }: SettingsRow): void {
    this.#sql
      .prepare(
        `INSERT INTO push_settings (room, version, settings) VALUES (?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET version = excluded.version, settings = excluded.settings`,
      )
      .run(this.#sql.room, version, JSON.stringify(settings));
  }
}

function tokenOf(row: SqlRow): TokenRow {
  return {
    tokenId: String(row.id),
    deviceId: String(row.device) as DeviceId, // SAFETY: only put writes it
    version: Number(row.version),
    registeredAtMs: Number(row.registered_at),
    registration: JSON.parse(String(row.registration)) as PushRegistration, // SAFETY: as above
  };
}
