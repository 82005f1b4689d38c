import type { GroupId, PackId, UserId } from "../../protocol/ids.ts";
import type { GateStore } from "./gate-store.ts";
import type { Invitations } from "./invitations.ts";
import type { Log } from "./log.ts";
import type { Membership } from "./membership.ts";
import type { Roster } from "./roster.ts";
import type { MemberRow } from "./types.ts";

interface DeparturePorts {
  readonly groupId: GroupId;
  readonly roster: Roster;
  readonly gate: GateStore;
  readonly invitations: Invitations;
  readonly membership: Membership;
  readonly log: Log;
}

/** How an erased user leaves a group: with the verbs that they had themselves. */
export class Departure {
  readonly #ports: DeparturePorts;

  constructor(ports: DeparturePorts) {
    this.#ports = ports;
  }

  /** What they own goes to the admin who has been there longest, or else the member. Without any the group ends. */
  leave(userId: UserId): void {
    const { roster, gate, invitations, membership, groupId } = this.#ports;
    gate.deleteRequests([userId]);
    invitations.close([userId]);
    if (!roster.isOpen || !roster.has(userId)) return;
    const { requests } = membership;
    if (roster.require().owner === userId) {
      const heir = heirAmong(roster.all(), userId);
      if (heir === undefined) {
        requests["group.dismiss"](userId, { type: "group.dismiss", packId: this.#packId(), groupId });
        return;
      }
      requests["group.transfer"](userId, { type: "group.transfer", packId: this.#packId(), groupId, userId: heir });
    }
    requests["group.quit"](userId, { type: "group.quit", packId: this.#packId(), groupId });
  }

  /** Another one for each entry, as they may have come back since the last time. */
  #packId(): PackId {
    return `forget-${this.#ports.log.headSeqId + 1}` as PackId; // SAFETY: printable, and short enough for every integer
  }
}

function heirAmong(members: readonly MemberRow[], userId: UserId): UserId | undefined {
  const others = members.filter((member) => member.userId !== userId).sort((a, b) => a.joinedSeqId - b.joinedSeqId);
  return (others.find(({ role }) => role === "admin") ?? others[0])?.userId;
}
