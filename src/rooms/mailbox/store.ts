import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { HotSession } from "../../protocol/entry.ts";
import { entryFromJson, entryToJson } from "../../protocol/entry-json.ts";

const COLUMNS = "session, first_seq, last_seq, read_seq, unread, mentions, member, version, active_at, extra, last";

/** What most rows do not have. */
type Extra = Pick<HotSession, "attributes" | "marked" | "hidden">;

/** All SQL of the mailbox room. */
export class MailboxStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(sessionId: string): HotSession | undefined {
    const row = this.#sql
      .prepare(`SELECT ${COLUMNS} FROM hot_sessions WHERE room = ? AND session = ?`)
      .get(this.#sql.room, sessionId);
    return row === undefined ? undefined : hotSessionOf(row);
  }

  put(hot: HotSession, version: number): void {
    this.#sql
      .prepare(
        `INSERT INTO hot_sessions (room, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, session) DO UPDATE SET first_seq = excluded.first_seq, last_seq = excluded.last_seq,
         read_seq = excluded.read_seq, unread = excluded.unread, mentions = excluded.mentions, member = excluded.member,
         version = excluded.version, active_at = excluded.active_at, extra = excluded.extra, last = excluded.last`,
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
      );
  }

  /** Rows changed after `version`, the longest unchanged first. */
  changedSince(version: number, limit: number): { hot: HotSession; version: number }[] {
    return this.#sql
      .prepare(`SELECT ${COLUMNS} FROM hot_sessions WHERE room = ? AND version > ? ORDER BY version LIMIT ?`)
      .all(this.#sql.room, version, limit)
      .map((row) => ({ hot: hotSessionOf(row), version: Number(row.version) }));
  }

  newestVersion(): number {
    const row = this.#sql
      .prepare("SELECT max(version) AS version FROM hot_sessions WHERE room = ?")
      .get(this.#sql.room);
    return Number(row?.version ?? 0);
  }
}

function hotSessionOf(row: SqlRow): HotSession {
  return {
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
}

function extraOf({ attributes, marked, hidden }: HotSession): string | null {
  if (attributes === undefined && marked === undefined && hidden === undefined) return null;
  return JSON.stringify({ attributes, marked, hidden });
}
