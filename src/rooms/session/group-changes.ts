import type { Notice } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { GroupChangeResult, GroupFrame } from "../../protocol/frames/group.ts";
import type { GroupId, UserId } from "../../protocol/ids.ts";
import type { FanOut } from "./fan-out.ts";
import type { GateStore } from "./gate-store.ts";
import type { Invitations } from "./invitations.ts";
import { askedOf, type Log } from "./log.ts";
import type { Roster } from "./roster.ts";
import { AS_MEMBER, type MemberRow } from "./types.ts";

interface ChangePorts {
  readonly groupId: GroupId;
  readonly roster: Roster;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly gate: GateStore;
  readonly invitations: Invitations;
}

/** What every change of a group does: once per packId, with its notice, and with those who come and go. */
export class GroupChanges {
  readonly #ports: ChangePorts;

  constructor(ports: ChangePorts) {
    this.#ports = ports;
  }

  /** `change` answers with its notice's seqId, 0 when there was nothing to change, or with more to say. */
  once<F extends GroupFrame>(by: UserId, frame: F, change: (frame: F) => number | "pending"): GroupChangeResult {
    const { groupId, log } = this.#ports;
    const known = log.findAsked(by, askedOf(frame));
    if (known !== undefined) return { groupId, seqId: known.seqId, repeated: true };
    const changed = change(frame);
    return changed === "pending" ? { groupId, seqId: 0, pending: true } : { groupId, seqId: changed };
  }

  note(by: UserId, frame: GroupFrame, notice: Notice): number {
    const { log, fanOut } = this.#ports;
    const { seqId } = log.appendOne(by, askedOf(frame), { kind: "notice", notice }, fanOut.fanned);
    fanOut.touch();
    return seqId;
  }

  /** Throws when any of them may not come in. */
  requireAdmissible(users: readonly UserId[]): void {
    const { roster } = this.#ports;
    const { memberLimit } = roster.require().info;
    this.requireUnbanned(users);
    if (roster.size + users.length > memberLimit) throw new ParleyError("GROUP_FULL");
  }

  requireUnbanned(users: readonly UserId[]): void {
    if (this.#ports.gate.bannedOf(users).length > 0) throw new ParleyError("BANNED");
  }

  admit(users: readonly UserId[], role: MemberRow["role"], seqId: number): void {
    const { roster, fanOut } = this.#ports;
    for (const userId of users) {
      roster.add(userId, role, seqId);
      fanOut.join({ userId, joinedSeqId: seqId });
    }
    this.settleOpen(users);
  }

  /** Whatever waited for an answer about these users is over. */
  settleOpen(users: readonly UserId[]): void {
    this.#ports.gate.deleteRequests(users);
    this.#ports.invitations.close(users);
  }

  expel(users: readonly UserId[], seqId: number): void {
    for (const userId of users) {
      this.#ports.roster.remove(userId);
      this.#ports.fanOut.leave({ userId, observation: AS_MEMBER }, seqId);
    }
  }

  /** The owner acts on anybody else, an admin on plain members. */
  requireAbove(operator: MemberRow, users: readonly UserId[]): void {
    const { roster } = this.#ports;
    const isAbove = (userId: UserId): boolean => {
      if (userId === operator.userId) return false;
      const role = roster.has(userId) ? roster.requireMember(userId).role : "member";
      return operator.role === "owner" || (operator.role === "admin" && role === "member");
    };
    if (operator.role === "member" || !users.every(isAbove)) throw new ParleyError("NOT_ALLOWED_IN_GROUP");
  }
}
