import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";

export interface ReactionRow {
  readonly seqId: number;
  readonly reaction: string;
  readonly userId: UserId;
}

/** The SQL of who reacted how. */
export class ReactionStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  has({ seqId, reaction, userId }: ReactionRow): boolean {
    const row = this.#sql
      .prepare("SELECT 1 AS found FROM reactions WHERE room = ? AND seq = ? AND reaction = ? AND user = ?")
      .get(this.#sql.room, seqId, reaction, userId);
    return row !== undefined;
  }

  put({ seqId, reaction, userId }: ReactionRow): void {
    this.#sql
      .prepare("INSERT INTO reactions (room, seq, reaction, user) VALUES (?, ?, ?, ?)")
      .run(this.#sql.room, seqId, reaction, userId);
  }

  remove({ seqId, reaction, userId }: ReactionRow): void {
    this.#sql
      .prepare("DELETE FROM reactions WHERE room = ? AND seq = ? AND reaction = ? AND user = ?")
      .run(this.#sql.room, seqId, reaction, userId);
  }

  usersOf(seqId: number, reaction: string): UserId[] {
    return this.#sql
      .prepare("SELECT user FROM reactions WHERE room = ? AND seq = ? AND reaction = ? ORDER BY user")
      .all(this.#sql.room, seqId, reaction)
      .map((row) => String(row.user) as UserId); // SAFETY: only put writes it
  }
}
