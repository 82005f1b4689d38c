import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { UserId } from "../../protocol/ids.ts";
import { NO_STANCE, type Stance } from "../../protocol/rpc/stance.ts";

/** What the user keeps about another. */
export interface RelationRow {
  readonly userId: UserId;
  readonly remark: string;
  /** Of whoever asked last. */
  readonly greeting: string;
  readonly blocked: boolean;
  readonly mine: Stance;
  /** As far as it is known here. */
  readonly theirs: Stance;
  /** Of this row; grows with every change of any row of the user. */
  readonly version: number;
  /** ms since 1970 */
  readonly updatedAt: number;
}

const COLUMNS = "user, remark, greeting, blocked, mine, theirs, own, version, updated_at";

/** The SQL of relations. Rows are never deleted, because the other user remembers the versions in them. */
export class RelationsStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(userId: UserId): RelationRow {
    const row = this.#sql
      .prepare(`SELECT ${COLUMNS} FROM relations WHERE room = ? AND user = ?`)
      .get(this.#sql.room, userId);
    return row === undefined ? blank(userId) : relationOf(row);
  }

  put(row: RelationRow): void {
    this.#sql
      .prepare(
        `INSERT INTO relations (room, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room, user) DO UPDATE
         SET remark = excluded.remark, greeting = excluded.greeting, blocked = excluded.blocked, mine = excluded.mine,
         theirs = excluded.theirs, own = excluded.own, version = excluded.version, updated_at = excluded.updated_at`,
      )
      .run(
        this.#sql.room,
        row.userId,
        row.remark,
        row.greeting,
        row.blocked ? 1 : 0,
        JSON.stringify(row.mine),
        JSON.stringify(row.theirs),
        isOwn(row) ? 1 : 0,
        row.version,
        row.updatedAt,
      );
  }

  /** Rows changed after `version`, the longest unchanged first. */
  changedSince(version: number, limit: number): RelationRow[] {
    return this.#sql
      .prepare(`SELECT ${COLUMNS} FROM relations WHERE room = ? AND version > ? ORDER BY version LIMIT ?`)
      .all(this.#sql.room, version, limit)
      .map(relationOf);
  }

  users(): UserId[] {
    return this.#sql
      .prepare("SELECT user FROM relations WHERE room = ?")
      .all(this.#sql.room)
      .map(({ user }) => String(user) as UserId); // SAFETY: only put writes it
  }

  blocked(): UserId[] {
    return this.#sql
      .prepare("SELECT user FROM relations WHERE room = ? AND blocked = 1")
      .all(this.#sql.room)
      .map(({ user }) => String(user) as UserId); // SAFETY: only put writes it
  }

  newestVersion(): number {
    const row = this.#sql.prepare("SELECT max(version) AS version FROM relations WHERE room = ?").get(this.#sql.room);
    return Number(row?.version ?? 0);
  }

  countOwn(): number {
    const row = this.#sql
      .prepare("SELECT count(*) AS count FROM relations WHERE room = ? AND own = 1")
      .get(this.#sql.room);
    return Number(row?.count ?? 0);
  }
}

/** Whether the user wanted something to be kept, and not only others. */
export function isOwn({ remark, blocked, mine, theirs }: RelationRow): boolean {
  return remark !== "" || blocked || mine.wants > theirs.voids;
}

function blank(userId: UserId): RelationRow {
  const nothing = { remark: "", greeting: "", blocked: false, mine: NO_STANCE, theirs: NO_STANCE };
  return { userId, ...nothing, version: 0, updatedAt: 0 };
}

function relationOf(row: SqlRow): RelationRow {
  return {
    userId: String(row.user) as UserId, // SAFETY: only put writes it
    remark: String(row.remark),
    greeting: String(row.greeting),
    blocked: row.blocked === 1,
    mine: JSON.parse(String(row.mine)) as Stance, // SAFETY: only put writes it
    theirs: JSON.parse(String(row.theirs)) as Stance, // SAFETY: only put writes it
    version: Number(row.version),
    updatedAt: Number(row.updated_at),
  };
}
