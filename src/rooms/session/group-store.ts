import type { RoomSql } from "../../kernel/ports.ts";
import type { GroupInfo, Role } from "../../protocol/entry.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { GroupRow, MemberRow } from "./types.ts";

/** The SQL of a group and its members. */
export class GroupStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  group(): GroupRow | undefined {
    const row = this.#sql
      .prepare("SELECT info, owner, created_at, dismissed, muted_until FROM groups WHERE room = ?")
      .get(this.#sql.room);
    if (row === undefined) return undefined;
    return {
      info: JSON.parse(String(row.info)) as GroupInfo, // SAFETY: only putGroup writes it
      owner: String(row.owner) as UserId, // SAFETY: only putGroup writes it
      createdAt: Number(row.created_at),
      dismissed: row.dismissed === 1,
      mutedUntil: Number(row.muted_until),
    };
  }

  putGroup(group: GroupRow): void {
    this.#sql
      .prepare(
        `INSERT INTO groups (room, info, owner, created_at, dismissed, muted_until)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (room) DO UPDATE SET info = excluded.info, owner = excluded.owner,
         dismissed = excluded.dismissed, muted_until = excluded.muted_until`,
      )
      .run(
        this.#sql.room,
        JSON.stringify(group.info),
        group.owner,
        group.createdAt,
        group.dismissed ? 1 : 0,
        group.mutedUntil,
      );
  }

  members(): MemberRow[] {
    return this.#sql
      .prepare("SELECT user, role, joined_seq, nickname FROM members WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => ({
        userId: String(row.user) as UserId, // SAFETY: only putMember writes it
        role: String(row.role) as Role, // SAFETY: only putMember writes it
        joinedSeqId: Number(row.joined_seq),
        ...(row.nickname === null ? {} : { nickname: String(row.nickname) }),
      }));
  }

  putMember(member: MemberRow): void {
    this.#sql
      .prepare(
        `INSERT INTO members (room, user, role, joined_seq, nickname) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, user) DO UPDATE SET role = excluded.role, nickname = excluded.nickname`,
      )
      .run(this.#sql.room, member.userId, member.role, member.joinedSeqId, member.nickname ?? null);
  }

  deleteMember(userId: UserId): void {
    this.#sql.prepare("DELETE FROM members WHERE room = ? AND user = ?").run(this.#sql.room, userId);
  }
}
