import type { Notice } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { GroupChangeResult, GroupFrame } from "../../protocol/frames/group.ts";
import type { GroupId, UserId } from "../../protocol/ids.ts";
import type { FanOut } from "./fan-out.ts";
import type { GateStore } from "./gate-store.ts";
import { askedOf, type Log } from "./log.ts";
import type { NoticeEffects } from "./notice-effects.ts";
import type { Roster } from "./roster.ts";
import type { MemberRow } from "./types.ts";

interface ChangePorts {
  readonly groupId: GroupId;
  readonly roster: Roster;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly gate: GateStore;
  readonly effects: NoticeEffects;
}

/** What every change of a group does: once per packId, with its notice. */
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

  /** Appends the notice of a change that may be made, and makes it. */
  make(by: UserId, frame: GroupFrame, notice: Notice): number {
    const { log, fanOut, effects } = this.#ports;
    const entry = log.appendOne(by, askedOf(frame), { kind: "notice", notice }, fanOut.fanned);
    effects.apply(entry);
    fanOut.touch();
    return entry.seqId;
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
