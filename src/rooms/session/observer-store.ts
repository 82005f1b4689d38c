import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { ObserverRecord, ObservingDevice } from "../../protocol/rpc/observation.ts";

/** The newest that a user's mailbox said about observing. */
export interface ObserverRow {
  readonly userId: UserId;
  readonly version: number;
  /** The log's end when the observation began. */
  readonly sinceSeqId: number;
  /** `undefined`: it goes on. */
  readonly untilSeqId: number | undefined;
}

/** The SQL of observers and of their audit. */
export class ObserverStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  open(): ObserverRow[] {
    return this.#sql
      .prepare("SELECT user, version, since_seq, until_seq FROM observers WHERE room = ? AND until_seq IS NULL")
      .all(this.#sql.room)
      .map(rowOf);
  }

  find(userId: UserId): ObserverRow | undefined {
    const row = this.#sql
      .prepare("SELECT user, version, since_seq, until_seq FROM observers WHERE room = ? AND user = ?")
      .get(this.#sql.room, userId);
    return row === undefined ? undefined : rowOf(row);
  }

  put({ userId, version, sinceSeqId, untilSeqId }: ObserverRow): void {
    this.#sql
      .prepare(
        `INSERT INTO observers (room, user, version, since_seq, until_seq) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET version = excluded.version, since_seq = excluded.since_seq,
         until_seq = excluded.until_seq`,
      )
      .run(this.#sql.room, userId, version, sinceSeqId, untilSeqId ?? null);
  }

  record({ at, userId, event, seqId, device, by }: Omit<ObserverRecord, "id">): void {
    this.#sql
      .prepare(
        `INSERT INTO observer_audit (room, id, at, user, event, seq, device, operator)
         SELECT ?1, coalesce(max(id), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7 FROM observer_audit WHERE room = ?1`,
      )
      .run(this.#sql.room, at, userId, event, seqId, device === undefined ? null : JSON.stringify(device), by ?? null);
  }

  /** Records after the one with this id, the oldest first. */
  recordsAfter(id: number, limit: number): ObserverRecord[] {
    return this.#sql
      .prepare(
        `SELECT id, at, user, event, seq, device, operator FROM observer_audit
         WHERE room = ? AND id > ? ORDER BY id LIMIT ?`,
      )
      .all(this.#sql.room, id, limit)
      .map((row) => ({
        id: Number(row.id),
        at: Number(row.at),
        userId: String(row.user) as UserId, // SAFETY: only record writes it
        event: String(row.event) as ObserverRecord["event"], // SAFETY: as above
        seqId: Number(row.seq),
        ...(row.device === null ? {} : { device: JSON.parse(String(row.device)) as ObservingDevice }), // SAFETY: as above
        ...(row.operator === null ? {} : { by: String(row.operator) as UserId }), // SAFETY: as above
      }));
  }
}

function rowOf(row: SqlRow): ObserverRow {
  return {
    userId: String(row.user) as UserId, // SAFETY: only put writes it
    version: Number(row.version),
    sinceSeqId: Number(row.since_seq),
    untilSeqId: row.until_seq === null ? undefined : Number(row.until_seq),
  };
}
