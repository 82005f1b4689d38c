import { ParleyError } from "../../protocol/errors.ts";
import type { GroupFrame } from "../../protocol/frames/group.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { SessionFeature } from "./feature.ts";
import type { GateStore } from "./gate-store.ts";
import type { GroupChanges } from "./group-changes.ts";
import type { Roster } from "./roster.ts";
import type { Silence } from "./silence.ts";

type FrameOf<T extends GroupFrame["type"]> = Extract<GroupFrame, { type: T }>;

/** Users that a group may keep out. */
const MAX_BANNED = 10_000;

interface OrderPorts {
  readonly roster: Roster;
  readonly changes: GroupChanges;
  readonly silence: Silence;
  readonly gate: GateStore;
}

/** Who may not speak, who may not come, and what members are called. */
export class GroupOrder implements SessionFeature {
  readonly #ports: OrderPorts;

  constructor(ports: OrderPorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "group.mute": (by: UserId, frame: FrameOf<"group.mute">) => {
      const mute = ({ userIds }: typeof frame) =>
        userIds === undefined ? this.#muteAll(by, frame) : this.#mute(by, frame, [...new Set(userIds)]);
      return this.#ports.changes.once(by, frame, mute);
    },
    "group.ban": (by: UserId, frame: FrameOf<"group.ban">) => {
      const ban = ({ remove }: typeof frame) => (remove ? this.#unban(by, frame) : this.#ban(by, frame));
      return this.#ports.changes.once(by, frame, ban);
    },
    "group.nickname": (by: UserId, frame: FrameOf<"group.nickname">) =>
      this.#ports.changes.once(by, frame, () => this.#nickname(by, frame)),
  };

  #muteAll(by: UserId, frame: FrameOf<"group.mute">): number {
    const { roster, changes, silence } = this.#ports;
    roster.requireAdmin(by);
    const untilMs = silence.effective(frame.untilMs);
    if (untilMs === silence.allUntilMs()) return 0;
    return changes.make(by, frame, { event: "mutedAll", untilMs });
  }

  #mute(by: UserId, frame: FrameOf<"group.mute">, asked: readonly UserId[]): number {
    const { roster, changes, silence } = this.#ports;
    changes.requireAbove(roster.requireMember(by), asked);
    for (const userId of asked) roster.requireMember(userId);
    const untilMs = silence.effective(frame.untilMs);
    const users = asked.filter((userId) => silence.untilMs(userId) !== untilMs);
    if (users.length === 0) return 0;
    return changes.make(by, frame, { event: "muted", users, untilMs });
  }

  #ban(by: UserId, frame: FrameOf<"group.ban">): number {
    const { roster, changes, gate } = this.#ports;
    const asked = [...new Set(frame.userIds)];
    changes.requireAbove(roster.requireMember(by), asked);
    const banned = new Set(gate.bannedOf(asked));
    const users = asked.filter((userId) => !banned.has(userId));
    if (users.length === 0) return 0;
    if (gate.countBanned() + users.length > MAX_BANNED) throw new ParleyError("LIMIT_REACHED", "banned users");
    return changes.make(by, frame, { event: "banned", users });
  }

  #unban(by: UserId, frame: FrameOf<"group.ban">): number {
    const { roster, changes, gate } = this.#ports;
    roster.requireAdmin(by);
    const users = gate.bannedOf(frame.userIds);
    if (users.length === 0) return 0;
    return changes.make(by, frame, { event: "unbanned", users });
  }

  #nickname(by: UserId, frame: FrameOf<"group.nickname">): number {
    const { roster, changes } = this.#ports;
    const { userId = by, nickname } = frame;
    if (userId !== by) roster.requireAdmin(by);
    const member = roster.requireMember(userId);
    if ((member.nickname ?? "") === nickname) return 0;
    return changes.make(by, frame, { event: "nickname", users: [userId], nickname });
  }
}
