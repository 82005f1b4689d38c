import type { RoomSql } from "../../kernel/ports.ts";
import type { GroupId } from "../../protocol/ids.ts";

export interface MembershipRow {
  readonly groupId: GroupId;
  readonly isMember: boolean;
  readonly changedAt: number;
}

/** The SQL of the groups that the user is in, or was. */
export class MembershipStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  put({ groupId, isMember, changedAt }: MembershipRow): void {
    this.#sql
      .prepare(
        `INSERT INTO memberships (room, session, member, changed_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (room, session) DO UPDATE SET member = excluded.member, changed_at = excluded.changed_at`,
      )
      .run(this.#sql.room, groupId, isMember ? 1 : 0, changedAt);
  }

  deleteAll(): void {
    this.#sql.prepare("DELETE FROM memberships WHERE room = ?").run(this.#sql.room);
  }

  newest(): number {
    const row = this.#sql.prepare("SELECT max(changed_at) AS at FROM memberships WHERE room = ?").get(this.#sql.room);
    return Number(row?.at ?? 0);
  }

  changedSince(since: number): MembershipRow[] {
    return this.#sql
      .prepare(
        "SELECT session, member, changed_at FROM memberships WHERE room = ? AND changed_at > ? ORDER BY changed_at",
      )
      .all(this.#sql.room, since)
      .map((row) => ({
        groupId: String(row.session) as GroupId, // SAFETY: only put writes it
        isMember: row.member === 1,
        changedAt: Number(row.changed_at),
      }));
  }
}
