import type { GroupInfo, Notice, NoticeEntry } from "../../protocol/entry.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { FanOut } from "./fan-out.ts";
import type { GateStore } from "./gate-store.ts";
import type { Invitations } from "./invitations.ts";
import type { Observers } from "./observers.ts";
import type { Roster } from "./roster.ts";
import type { Silence } from "./silence.ts";
import { AS_MEMBER, type MemberRow } from "./types.ts";

interface EffectPorts {
  readonly roster: Roster;
  readonly silence: Silence;
  readonly fanOut: FanOut;
  readonly gate: GateStore;
  readonly invitations: Invitations;
  readonly observers: Observers;
}

type Effects = {
  readonly [E in Notice["event"]]: (notice: Extract<Notice, { event: E }>, entry: NoticeEntry) => void;
};
type Effect = (notice: Notice, entry: NoticeEntry) => void;

/** What a notice makes of the group, whether it was decided here or comes from elsewhere (S163). */
export class NoticeEffects {
  readonly #ports: EffectPorts;

  constructor(ports: EffectPorts) {
    this.#ports = ports;
  }

  apply(entry: NoticeEntry): void {
    const effect = this.#effects[entry.notice.event] as Effect; // SAFETY: it is that of the notice's event
    effect(entry.notice, entry);
  }

  readonly #effects: Effects = {
    created: ({ users, info }, entry) => this.#create(users, info, entry),
    joined: ({ users }, { seqId }) => this.#admit(users, "member", seqId),
    quit: ({ users }, { seqId }) => this.#expel(users, seqId),
    removed: ({ users }, { seqId }) => this.#expel(users, seqId),
    updated: ({ info }) => this.#ports.roster.setInfo(info),
    transferred: ({ users }) => this.#transfer(users),
    role: ({ users, role }) => {
      const { roster } = this.#ports;
      for (const userId of users) roster.setRole(roster.requireMember(userId), role);
    },
    dismissed: (_, entry) => this.#dismiss(entry),
    muted: ({ users, untilMs }) => this.#ports.silence.mute(users, untilMs),
    mutedAll: ({ untilMs }) => this.#ports.roster.muteAll(untilMs),
    banned: ({ users }, { seqId }) => this.#ban(users, seqId),
    unbanned: ({ users }) => this.#ports.gate.unban(users),
    nickname: ({ users, nickname }) => {
      const { roster } = this.#ports;
      for (const userId of users) roster.setNickname(roster.requireMember(userId), nickname);
    },
  };

  /** The first of them is the owner. */
  #create(users: readonly UserId[], info: GroupInfo, { seqId, timestamp }: NoticeEntry): void {
    const [owner, ...others] = users;
    if (owner === undefined) throw new Error("a group without an owner");
    this.#ports.roster.found(owner, info, timestamp);
    this.#admit([owner], "owner", seqId);
    this.#admit(others, "member", seqId);
  }

  /** The old owner stays as a member. */
  #transfer(users: readonly UserId[]): void {
    const { roster } = this.#ports;
    for (const userId of users) {
      roster.setRole(roster.requireMember(roster.require().owner), "member");
      roster.setRole(roster.requireMember(userId), "owner");
      roster.setOwner(userId);
    }
  }

  #dismiss({ from, seqId }: NoticeEntry): void {
    const { roster, invitations, observers } = this.#ports;
    roster.dismiss();
    invitations.closeAll();
    observers.dismissed(from, seqId);
  }

  #ban(users: readonly UserId[], seqId: number): void {
    const { roster, gate } = this.#ports;
    gate.ban(users);
    this.#settleOpen(users);
    this.#expel(
      users.filter((userId) => roster.has(userId)),
      seqId,
    );
  }

  #admit(users: readonly UserId[], role: MemberRow["role"], seqId: number): void {
    const { roster, fanOut } = this.#ports;
    for (const userId of users) {
      roster.add(userId, role, seqId);
      fanOut.join({ userId, joinedSeqId: seqId });
    }
    this.#settleOpen(users);
  }

  /** Whatever waited for an answer about these users is over. */
  #settleOpen(users: readonly UserId[]): void {
    this.#ports.gate.deleteRequests(users);
    this.#ports.invitations.close(users);
  }

  #expel(users: readonly UserId[], seqId: number): void {
    for (const userId of users) {
      this.#ports.roster.remove(userId);
      this.#ports.fanOut.leave({ userId, observation: AS_MEMBER }, seqId);
    }
  }
}
