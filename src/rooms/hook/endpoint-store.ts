import type { RoomSql } from "../../kernel/ports.ts";
import type { EndpointSettings, EndpointState } from "../../protocol/webhook.ts";
import type { EndpointRow, Secrets } from "./types.ts";

/** The SQL of what an endpoint is. */
export class EndpointStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(): EndpointRow | undefined {
    const row = this.#sql
      .prepare("SELECT settings, state, secrets, created_at, failing_since FROM hook_endpoints WHERE room = ?")
      .get(this.#sql.room);
    if (row === undefined) return undefined;
    return {
      settings: JSON.parse(String(row.settings)) as EndpointSettings, // SAFETY: only put writes it
      state: JSON.parse(String(row.state)) as EndpointState, // SAFETY: as above
      secrets: JSON.parse(String(row.secrets)) as Secrets, // SAFETY: as above
      createdAt: Number(row.created_at),
      failingSince: typeof row.failing_since === "number" ? row.failing_since : undefined,
    };
  }

  put({ settings, state, secrets, createdAt, failingSince }: EndpointRow): void {
    this.#sql
      .prepare(
        `INSERT INTO hook_endpoints (room, settings, state, secrets, created_at, failing_since) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET settings = excluded.settings, state = excluded.state, secrets = excluded.secrets,
         failing_since = excluded.failing_since`,
      )
      .run(
        this.#sql.room,
        JSON.stringify(settings),
        JSON.stringify(state),
        JSON.stringify(secrets),
        createdAt,
        failingSince ?? null,
      );
  }

  /** With all its events. */
  deleteAll(): void {
    this.#sql.prepare("DELETE FROM hook_lanes WHERE room = ?").run(this.#sql.room);
    this.#sql.prepare("DELETE FROM hook_events WHERE room = ?").run(this.#sql.room);
    this.#sql.prepare("DELETE FROM hook_endpoints WHERE room = ?").run(this.#sql.room);
  }
}
