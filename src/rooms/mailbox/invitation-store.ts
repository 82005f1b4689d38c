import type { RoomSql } from "../../kernel/ports.ts";
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

  /** 0 for a group that never asked. */
  version(groupId: GroupId): number {
    const row = this.#sql
      .prepare("SELECT version FROM invitations WHERE room = ? AND session = ?")
      .get(this.#sql.room, groupId);
    return Number(row?.version ?? 0);
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

  forgetOver(before: number): void {
    this.#sql
      .prepare("DELETE FROM invitations WHERE room = ? AND invitation IS NULL AND changed_at < ?")
      .run(this.#sql.room, before);
  }

  /** The newest first. */
  open(): Invitation[] {
    return this.#sql
      .prepare(
        `SELECT session, invitation FROM invitations WHERE room = ? AND invitation IS NOT NULL
         ORDER BY changed_at DESC, session`,
      )
      .all(this.#sql.room)
      .map((row) => {
        const invitation = JSON.parse(String(row.invitation)) as Omit<Invitation, "groupId">; // SAFETY: only put writes it
        return { groupId: String(row.session) as GroupId, ...invitation }; // SAFETY: as above
      });
  }
}
