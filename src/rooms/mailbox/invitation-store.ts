import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import type { Invitation } from "../../protocol/frames/group.ts";
import type { GroupId } from "../../protocol/ids.ts";

export interface InvitationRow {
  readonly groupId: GroupId;
  readonly version: number;
  /** `undefined`: it is over. */
  readonly invitation: Omit<Invitation, "groupId"> | undefined;
  readonly changedAt: number;
}

/** The SQL of the groups that ask the user to join. */
export class InvitationStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  find(groupId: GroupId): InvitationRow | undefined {
    const row = this.#sql
      .prepare("SELECT session, version, invitation, changed_at FROM invitations WHERE room = ? AND session = ?")
      .get(this.#sql.room, groupId);
    return row === undefined ? undefined : rowOf(row);
  }

  put({ groupId, version, invitation, changedAt }: InvitationRow): void {
    this.#sql
      .prepare(
        `INSERT INTO invitations (room, session, version, invitation, changed_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, session) DO UPDATE SET version = excluded.version, invitation = excluded.invitation,
         changed_at = excluded.changed_at`,
      )
      .run(this.#sql.room, groupId, version, invitation === undefined ? null : JSON.stringify(invitation), changedAt);
  }

  endAll(changedAt: number): void {
    this.#sql
      .prepare("UPDATE invitations SET invitation = NULL, changed_at = ? WHERE room = ? AND invitation IS NOT NULL")
      .run(changedAt, this.#sql.room);
  }

  forgetOver(before: number): void {
    this.#sql
      .prepare("DELETE FROM invitations WHERE room = ? AND invitation IS NULL AND changed_at < ?")
      .run(this.#sql.room, before);
  }

  /** Of those that are open the newest are kept. */
  forgetBeyond(count: number): void {
    this.#sql
      .prepare(
        `DELETE FROM invitations WHERE room = ?1 AND session IN (SELECT session FROM invitations
         WHERE room = ?1 AND invitation IS NOT NULL ORDER BY changed_at DESC, session LIMIT -1 OFFSET ?2)`,
      )
      .run(this.#sql.room, count);
  }

  /** The newest first. */
  open(): InvitationRow[] {
    return this.#sql
      .prepare(
        `SELECT session, version, invitation, changed_at FROM invitations WHERE room = ? AND invitation IS NOT NULL
         ORDER BY changed_at DESC, session`,
      )
      .all(this.#sql.room)
      .map(rowOf);
  }
}

function rowOf(row: SqlRow): InvitationRow {
  return {
    groupId: String(row.session) as GroupId, // SAFETY: only put writes it
    version: Number(row.version),
    // SAFETY: as above
    invitation:
      row.invitation === null ? undefined : (JSON.parse(String(row.invitation)) as Omit<Invitation, "groupId">),
    changedAt: Number(row.changed_at),
  };
}
