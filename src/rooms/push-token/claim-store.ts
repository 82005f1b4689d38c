import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";

export interface Claim {
  readonly userId: UserId;
  /** Of the user's registrations, as their mailbox numbers them. */
  readonly version: number;
  /** Of all users' claims. */
  readonly claim: number;
}

/** The SQL of claims. */
export class ClaimStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  of(userId: UserId): Claim | undefined {
    const row = this.#sql
      .prepare("SELECT user, version, claim FROM push_claims WHERE room = ? AND user = ?")
      .get(this.#sql.room, userId);
    return row === undefined ? undefined : claimOf(row);
  }

  newest(): Claim | undefined {
    const row = this.#sql
      .prepare("SELECT user, version, claim FROM push_claims WHERE room = ? ORDER BY claim DESC LIMIT 1")
      .get(this.#sql.room);
    return row === undefined ? undefined : claimOf(row);
  }

  put({ userId, version, claim }: Claim): void {
    this.#sql
      .prepare(
        `INSERT INTO push_claims (room, user, version, claim) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET version = excluded.version, claim = excluded.claim`,
      )
      .run(this.#sql.room, userId, version, claim);
  }
}

function claimOf(row: SqlRow): Claim {
  return { userId: String(row.user) as UserId, version: Number(row.version), claim: Number(row.claim) }; // SAFETY: only put writes it
}
