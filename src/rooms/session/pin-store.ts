import type { RoomSql } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";

export interface PinRow {
  /** The message. */
  readonly seqId: number;
  /** The control entry that pinned it: pins are in its order. */
  readonly pinnedBySeqId: number;
  readonly by: UserId;
  readonly at: number;
}

/** The SQL of pinned messages. */
export class PinStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** The newest pin first. */
  all(): PinRow[] {
    return this.#sql
      .prepare("SELECT seq, pinned_by_seq, user, at FROM pins WHERE room = ? ORDER BY pinned_by_seq DESC")
      .all(this.#sql.room)
      .map((row) => ({
        seqId: Number(row.seq),
        pinnedBySeqId: Number(row.pinned_by_seq),
        by: String(row.user) as UserId, // SAFETY: only put writes it
        at: Number(row.at),
      }));
  }

  put({ seqId, pinnedBySeqId, by, at }: PinRow): void {
    this.#sql
      .prepare("INSERT INTO pins (room, seq, pinned_by_seq, user, at) VALUES (?, ?, ?, ?, ?)")
      .run(this.#sql.room, seqId, pinnedBySeqId, by, at);
  }

  remove(seqId: number): void {
    this.#sql.prepare("DELETE FROM pins WHERE room = ? AND seq = ?").run(this.#sql.room, seqId);
  }
}
