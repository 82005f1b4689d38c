import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Stance } from "../../protocol/rpc/stance.ts";

/** What one user of a single chat wants of the other. */
export interface Side {
  readonly stance: Stance;
  readonly blocked: boolean;
}

/** The SQL of how the two users of a single chat stand. */
export class RelationsStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  all(): Map<UserId, Side> {
    const rows = this.#sql.prepare("SELECT user, stance, blocked FROM standings WHERE room = ?").all(this.#sql.room);
    return new Map(
      rows.map((row) => [
        String(row.user) as UserId, // SAFETY: only put writes it
        { stance: JSON.parse(String(row.stance)) as Stance, blocked: row.blocked === 1 }, // SAFETY: only put writes it
      ]),
    );
  }

  put(userId: UserId, { stance, blocked }: Side): void {
    this.#sql
      .prepare(
        `INSERT INTO standings (room, user, stance, blocked) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET stance = excluded.stance, blocked = excluded.blocked`,
      )
      .run(this.#sql.room, userId, JSON.stringify(stance), blocked ? 1 : 0);
  }
}
