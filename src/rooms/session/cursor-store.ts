import type { RoomSql } from "../../kernel/ports.ts";
import type { Cursor } from "../../protocol/frames/message.ts";
import type { UserId } from "../../protocol/ids.ts";

/** The SQL of how far the members have received and read. */
export class CursorStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(userId: UserId): Cursor | undefined {
    const row = this.#sql
      .prepare("SELECT read_seq, received_seq FROM cursors WHERE room = ? AND user = ?")
      .get(this.#sql.room, userId);
    if (row === undefined) return undefined;
    return { userId, readSeqId: Number(row.read_seq), receivedSeqId: Number(row.received_seq) };
  }

  all(): Cursor[] {
    return this.#sql
      .prepare("SELECT user, read_seq, received_seq FROM cursors WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => ({
        userId: String(row.user) as UserId, // SAFETY: only put and fold write it
        readSeqId: Number(row.read_seq),
        receivedSeqId: Number(row.received_seq),
      }));
  }

  put({ userId, readSeqId, receivedSeqId }: Cursor): void {
    this.#sql
      .prepare(
        `INSERT INTO cursors (room, user, read_seq, received_seq) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET read_seq = excluded.read_seq, received_seq = excluded.received_seq`,
      )
      .run(this.#sql.room, userId, readSeqId, receivedSeqId);
  }

  /** Up to where the senders of messages are known to have read. */
  folded(): number {
    const row = this.#sql.prepare("SELECT seq FROM cursor_folds WHERE room = ?").get(this.#sql.room);
    return Number(row?.seq ?? 0);
  }

  /** Whoever sent a message in (after, upTo] has read up to it. */
  fold(after: number, upTo: number): void {
    this.#sql
      .prepare(
        `INSERT INTO cursors (room, user, read_seq, received_seq)
         SELECT room, sender, max(seq), max(seq) FROM entries
         WHERE room = ? AND seq > ? AND seq <= ? AND (countable = 1 OR entry ->> 'kind' = 'message') GROUP BY room, sender
         ON CONFLICT (room, user) DO UPDATE SET read_seq = max(read_seq, excluded.read_seq),
         received_seq = max(received_seq, excluded.received_seq) WHERE excluded.read_seq > read_seq`,
      )
      .run(this.#sql.room, after, upTo);
    this.#sql
      .prepare("INSERT INTO cursor_folds (room, seq) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET seq = excluded.seq")
      .run(this.#sql.room, upTo);
  }
}
