import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { HotSession } from "../../protocol/entry.ts";
import { entryFromJson, entryToJson } from "../../protocol/entry-json.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Receipt } from "./receipt.ts";

const COLUMNS = `session, first_seq, last_seq, read_seq, unread, mentions, member, version, active_at, extra, last,
  received_seq, reported_read, reported_received`;

/** What most rows do not have. */
type Extra = Pick<HotSession, "attributes" | "marked" | "hidden">;

/** A row as it is stored: the part that devices know, and the receipt. */
export interface HotRow {
  readonly hot: HotSession;
  readonly receipt: Receipt;
}

/** Where a page of the session list ended. */
export interface ListCursor {
  readonly activeAt: number;
  readonly sessionId: string;
}

/** All SQL of the hot sessions. */
export class MailboxStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(sessionId: string): HotRow | undefined {
    const row = this.#sql
      .prepare(`SELECT ${COLUMNS} FROM hot_sessions WHERE room = ? AND session = ?`)
      .get(this.#sql.room, sessionId);
    return row === undefined ? undefined : hotRowOf(row);
  }

  put({ hot, receipt }: HotRow, version: number): void {
    this.#sql
      .prepare(
        `INSERT INTO hot_sessions (room, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, session) DO UPDATE SET first_seq = excluded.first_seq, last_seq = excluded.last_seq,
         read_seq = excluded.read_seq, unread = excluded.unread, mentions = excluded.mentions, member = excluded.member,
         version = excluded.version, active_at = excluded.active_at, extra = excluded.extra, last = excluded.last,
         received_seq = excluded.received_seq, reported_read = excluded.reported_read,
         reported_received = excluded.reported_received`,
      )
      .run(
        this.#sql.room,
        hot.sessionId,
        hot.firstSeqId,
        hot.lastSeqId,
        hot.readSeqId,
        hot.unread,
        hot.mentions,
        hot.member ? 1 : 0,
        version,
        hot.last.timestamp,
        extraOf(hot),
        entryToJson(hot.last),
        receipt.receivedSeqId,
        receipt.reportedRead,
        receipt.reportedReceived,
      );
  }

  /** Devices do not know of receipts, so the version stays. */
  putReceipt(sessionId: string, { receivedSeqId, reportedRead, reportedReceived }: Receipt): void {
    this.#sql
      .prepare(
        `UPDATE hot_sessions SET received_seq = ?, reported_read = ?, reported_received = ?
         WHERE room = ? AND session = ?`,
      )
      .run(receivedSeqId, reportedRead, reportedReceived, this.#sql.room, sessionId);
  }

  /** Rows changed after `version`, the longest unchanged first. */
  changedSince(version: number, limit: number): { hot: HotSession; version: number }[] {
    return this.#sql
      .prepare(`SELECT ${COLUMNS} FROM hot_sessions WHERE room = ? AND version > ? ORDER BY version LIMIT ?`)
      .all(this.#sql.room, version, limit)
      .map((row) => ({ hot: hotRowOf(row).hot, version: Number(row.version) }));
  }

  /** Also when no row has it any more. */
  newestVersion(): number {
    const row = this.#sql
      .prepare(
        `SELECT coalesce(max(version), (SELECT version FROM erased_versions WHERE room = ?1), 0) AS version
         FROM hot_sessions WHERE room = ?1`,
      )
      .get(this.#sql.room);
    return Number(row?.version);
  }

  deleteAll(version: number): void {
    this.#sql.prepare("DELETE FROM hot_sessions WHERE room = ?").run(this.#sql.room);
    this.#sql
      .prepare(
        `INSERT INTO erased_versions (room, version) VALUES (?, ?)
         ON CONFLICT (room) DO UPDATE SET version = excluded.version`,
      )
      .run(this.#sql.room, version);
  }

  /** Sessions that are not hidden, by last activity, the most recent first. */
  listBefore({ activeAt, sessionId }: ListCursor, limit: number): HotSession[] {
    return this.#sql
      .prepare(
        `SELECT ${COLUMNS} FROM hot_sessions WHERE room = ? AND (active_at, session) < (?, ?)
         AND (extra IS NULL OR extra ->> 'hidden' IS NULL) ORDER BY active_at DESC, session DESC LIMIT ?`,
      )
      .all(this.#sql.room, activeAt, sessionId, limit)
      .map((row) => hotRowOf(row).hot);
  }

  unreadTotal(): number {
    const row = this.#sql
      .prepare("SELECT coalesce(sum(unread), 0) AS unread FROM hot_sessions WHERE room = ?")
      .get(this.#sql.room);
    return Number(row?.unread ?? 0);
  }

  /** Sessions with something unread whose last message or notice is from then or later. */
  unreadSince(atMs: number, limit: number): string[] {
    return this.#sql
      .prepare(
        `SELECT session FROM hot_sessions WHERE room = ? AND active_at >= ? AND unread > 0
         ORDER BY active_at DESC, session LIMIT ?`,
      )
      .all(this.#sql.room, atMs, limit)
      .map((row) => String(row.session));
  }

  /** Sessions beyond `after`, in the order of their ids, that are unread or marked as such. */
  unreadAfter(after: string, limit: number): string[] {
    return this.#sql
      .prepare(
        `SELECT session FROM hot_sessions WHERE room = ? AND session > ?
         AND (read_seq < last_seq OR extra ->> 'marked' IS NOT NULL) ORDER BY session LIMIT ?`,
      )
      .all(this.#sql.room, after, limit)
      .map((row) => String(row.session));
  }

  /** Sessions whose room was not told where the user is, as far as the rows say. */
  unreportedAfter(after: string, limit: number): SessionId[] {
    return this.#sql
      .prepare(
        `SELECT session FROM hot_sessions WHERE room = ? AND session > ? AND member = 1
         AND (read_seq > reported_read OR received_seq > reported_received) ORDER BY session LIMIT ?`,
      )
      .all(this.#sql.room, after, limit)
      .map((row) => String(row.session) as SessionId); // SAFETY: only ids of sessions are put
  }
}

function hotRowOf(row: SqlRow): HotRow {
  const hot = {
    sessionId: String(row.session),
    firstSeqId: Number(row.first_seq),
    lastSeqId: Number(row.last_seq),
    readSeqId: Number(row.read_seq),
    unread: Number(row.unread),
    mentions: Number(row.mentions),
    member: row.member === 1,
    last: entryFromJson(String(row.last)),
    ...(row.extra === null ? undefined : (JSON.parse(String(row.extra)) as Extra)), // SAFETY: only extraOf writes it
  };
  const receipt = {
    receivedSeqId: Number(row.received_seq),
    reportedRead: Number(row.reported_read),
    reportedReceived: Number(row.reported_received),
  };
  return { hot, receipt };
}

function extraOf({ attributes, marked, hidden }: HotSession): string | null {
  if (attributes === undefined && marked === undefined && hidden === undefined) return null;
  return JSON.stringify({ attributes, marked, hidden });
}
