import type { Clock } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { GroupFrame } from "../../protocol/frames/group.ts";
import type { GroupId, UserId } from "../../protocol/ids.ts";
import type { SessionFeature } from "./feature.ts";
import type { GateStore } from "./gate-store.ts";
import type { GroupChanges } from "./group-changes.ts";
import type { Invitations } from "./invitations.ts";
import type { Roster } from "./roster.ts";
import type { Signals } from "./signals.ts";

type FrameOf<T extends GroupFrame["type"]> = Extract<GroupFrame, { type: T }>;

/** Requests that may wait for an answer. */
const MAX_REQUESTS = 200;

interface GatePorts {
  readonly groupId: GroupId;
  readonly roster: Roster;
  readonly changes: GroupChanges;
  readonly gate: GateStore;
  readonly invitations: Invitations;
  readonly signals: Signals;
  readonly clock: Clock;
}

/** Who comes in: by themselves, brought by a member, or after somebody said yes. */
export class GroupGate implements SessionFeature {
  readonly #ports: GatePorts;

  constructor(ports: GatePorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "group.join": (by: UserId, frame: FrameOf<"group.join">) =>
      this.#ports.changes.once(by, frame, () => this.#join(by, frame)),
    "group.answer": (by: UserId, frame: FrameOf<"group.answer">) =>
      this.#ports.changes.once(by, frame, () => this.#answer(by, frame)),
    "group.invite": (by: UserId, frame: FrameOf<"group.invite">) =>
      this.#ports.changes.once(by, frame, () => this.#invite(by, frame)),
    "group.decline": (by: UserId, frame: FrameOf<"group.decline">) =>
      this.#ports.changes.once(by, frame, () => this.#decline(by)),
    "group.requests": (by: UserId) => {
      this.#ports.roster.requireAdmin(by);
      return { requests: this.#ports.gate.requests() };
    },
    "group.has": (by: UserId, { userIds }: FrameOf<"group.has">) => {
      const { roster } = this.#ports;
      roster.requireMember(by);
      return { members: userIds.filter((userId) => roster.has(userId)) };
    },
  };

  #join(by: UserId, frame: FrameOf<"group.join">): number | "pending" {
    const { roster, changes, invitations } = this.#ports;
    const { joinPolicy } = roster.require().info;
    if (frame.userIds !== undefined) this.#requireInviter(by, joinPolicy);
    const users = [...new Set(frame.userIds ?? [by])].filter((userId) => !roster.has(userId));
    if (users.length === 0) return 0;
    const isFree = frame.userIds !== undefined || joinPolicy === "open" || invitations.isOpen(by);
    if (!isFree && joinPolicy === "invite") throw new ParleyError("REFUSED", "by invitation only");
    changes.requireAdmissible(users);
    if (!isFree) return this.#ask(by, frame);
    return this.#admit(by, frame, users);
  }

  /** Where owner and admins approve, members do not bring others in past them. */
  #requireInviter(by: UserId, joinPolicy: "open" | "approval" | "invite"): void {
    if (joinPolicy === "approval") this.#ports.roster.requireAdmin(by);
    else this.#ports.roster.requireMember(by);
  }

  /** Of those who are members already nothing is asked. */
  #invite(by: UserId, { userIds, greeting }: FrameOf<"group.invite">): number {
    const { roster, changes, invitations } = this.#ports;
    this.#requireInviter(by, roster.require().info.joinPolicy);
    const users = [...new Set(userIds)].filter((userId) => !roster.has(userId));
    changes.requireUnbanned(users);
    if (users.length > 0) invitations.open(users, { by, greeting });
    return 0;
  }

  /** Saying no again changes nothing. */
  #decline(by: UserId): number {
    this.#ports.roster.require();
    this.#ports.invitations.close([by]);
    return 0;
  }

  #ask(by: UserId, { greeting }: FrameOf<"group.join">): "pending" {
    const { gate, clock } = this.#ports;
    if (!gate.hasRequest(by) && gate.countRequests() >= MAX_REQUESTS)
      throw new ParleyError("LIMIT_REACHED", "join requests");
    gate.putRequest({ userId: by, at: clock.nowMs(), ...(greeting === undefined ? {} : { greeting }) });
    this.#tellAdmins();
    return "pending";
  }

  #answer(by: UserId, frame: FrameOf<"group.answer">): number {
    const { roster, gate, changes } = this.#ports;
    roster.requireAdmin(by);
    if (!gate.hasRequest(frame.userId)) throw new ParleyError("NO_SUCH_REQUEST");
    if (frame.accept) {
      changes.requireAdmissible([frame.userId]);
      return this.#admit(by, frame, [frame.userId]);
    }
    gate.deleteRequests([frame.userId]);
    this.#tellAdmins(frame.userId);
    return 0;
  }

  #admit(by: UserId, frame: FrameOf<"group.join" | "group.answer">, users: readonly UserId[]): number {
    return this.#ports.changes.make(by, frame, { event: "joined", users: [...users] });
  }

  #tellAdmins(...alsoTo: readonly UserId[]): void {
    const { roster, signals, groupId } = this.#ports;
    const admins = roster.all().flatMap(({ role, userId }) => (role === "member" ? [] : userId));
    signals.send([...admins, ...alsoTo], { type: "sync.command", what: "group.requests", id: groupId });
  }
}
