import { assertNever } from "../../kernel/assert.ts";
import { matches } from "../../kernel/etag.ts";
import type { Entry, GroupInfo } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { GroupChangeResult, GroupFrame, GroupGetResult, GroupMembersResult } from "../../protocol/frames/group.ts";
import type { GroupId, UserId } from "../../protocol/ids.ts";
import { MAX_GROUP_MEMBERS } from "../../protocol/limits.ts";
import type { SessionFeature } from "./feature.ts";
import type { GroupChanges } from "./group-changes.ts";
import type { NoticeEffects } from "./notice-effects.ts";
import type { Roster } from "./roster.ts";
import type { Silence } from "./silence.ts";

type FrameOf<T extends GroupFrame["type"]> = Extract<GroupFrame, { type: T }>;
type Change = FrameOf<
  "group.create" | "group.quit" | "group.remove" | "group.update" | "group.transfer" | "group.role" | "group.dismiss"
>;

interface MembershipPorts {
  readonly groupId: GroupId;
  readonly roster: Roster;
  readonly changes: GroupChanges;
  readonly silence: Silence;
  readonly effects: NoticeEffects;
}

/** The verbs of a group: who may do what, and the notice that each change leaves. */
export class Membership implements SessionFeature {
  readonly #ports: MembershipPorts;

  constructor(ports: MembershipPorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "group.create": (by: UserId, frame: FrameOf<"group.create">) => this.#once(by, frame),
    "group.quit": (by: UserId, frame: FrameOf<"group.quit">) => this.#once(by, frame),
    "group.remove": (by: UserId, frame: FrameOf<"group.remove">) => this.#once(by, frame),
    "group.update": (by: UserId, frame: FrameOf<"group.update">) => this.#once(by, frame),
    "group.transfer": (by: UserId, frame: FrameOf<"group.transfer">) => this.#once(by, frame),
    "group.role": (by: UserId, frame: FrameOf<"group.role">) => this.#once(by, frame),
    "group.dismiss": (by: UserId, frame: FrameOf<"group.dismiss">) => this.#once(by, frame),
    "group.members": (by: UserId) => this.#members(by),
    "group.get": (by: UserId) => this.#get(by),
  };

  imported(entry: Entry): void {
    if (entry.kind === "notice") this.#ports.effects.apply(entry);
  }

  readonly calls = { owner: (): { owner: UserId } => ({ owner: this.#ports.roster.require().owner }) };

  #once(by: UserId, frame: Change): GroupChangeResult {
    return this.#ports.changes.once(by, frame, () => this.#change(by, frame));
  }

  #change(by: UserId, frame: Change): number {
    switch (frame.type) {
      case "group.create":
        return this.#create(by, frame);
      case "group.quit":
        return this.#quit(by, frame);
      case "group.remove":
        return this.#remove(by, frame);
      case "group.update":
        return this.#update(by, frame);
      case "group.transfer":
        return this.#transfer(by, frame);
      case "group.role":
        return this.#role(by, frame);
      case "group.dismiss":
        return this.#dismiss(by, frame);
      default:
        return assertNever(frame);
    }
  }

  #members(by: UserId): GroupMembersResult {
    this.#ports.roster.requireMember(by);
    const { roster, silence } = this.#ports;
    const members = roster.all().map((member) => {
      const mutedUntil = silence.untilMs(member.userId);
      return mutedUntil === 0 ? member : { ...member, mutedUntil };
    });
    return { members };
  }

  #get(by: UserId): GroupGetResult {
    const { roster, groupId, silence } = this.#ports;
    roster.requireMember(by);
    const { info, owner, createdAt } = roster.require();
    const mutedUntil = silence.allUntilMs();
    const muted = mutedUntil === 0 ? {} : { mutedUntil };
    return { groupId, info, owner, createdAt, memberCount: roster.size, ...muted };
  }

  #create(by: UserId, frame: FrameOf<"group.create">): number {
    const { roster, changes } = this.#ports;
    // The id is a hash of creator and packId, so this is a packId that was used for something else in this group.
    if (roster.exists) throw new ParleyError("REFUSED", "the group exists");
    const info = merged({ name: frame.info.name, memberLimit: MAX_GROUP_MEMBERS, joinPolicy: "invite" }, frame.info);
    const others = [...new Set(frame.userIds)].filter((userId) => userId !== by);
    requireRoom(info.memberLimit, others.length + 1);
    return changes.make(by, frame, { event: "created", users: [by, ...others], info });
  }

  #quit(by: UserId, frame: FrameOf<"group.quit">): number {
    const member = this.#ports.roster.requireMember(by);
    if (member.role === "owner") throw new ParleyError("OWNER_MUST_TRANSFER");
    return this.#ports.changes.make(by, frame, { event: "quit", users: [by] });
  }

  #remove(by: UserId, frame: FrameOf<"group.remove">): number {
    const { roster, changes } = this.#ports;
    const members = roster.all().filter(({ userId }) => frame.userIds.includes(userId));
    const among = members.map(({ userId }) => userId);
    changes.requireAbove(roster.requireMember(by), among);
    if (members.length === 0) return 0;
    return changes.make(by, frame, { event: "removed", users: among });
  }

  #update(by: UserId, frame: FrameOf<"group.update">): number {
    const { roster } = this.#ports;
    if (roster.requireMember(by).role === "member") throw new ParleyError("NOT_ALLOWED_IN_GROUP");
    if (!matches(frame.ifMatch, this.#get(by))) throw new ParleyError("PRECONDITION_FAILED");
    const old = roster.require().info;
    const info = merged(old, frame.info);
    requireRoom(info.memberLimit, roster.size);
    if (JSON.stringify(info) === JSON.stringify(old)) return 0;
    return this.#ports.changes.make(by, frame, { event: "updated", info });
  }

  #transfer(by: UserId, frame: FrameOf<"group.transfer">): number {
    const { roster } = this.#ports;
    roster.requireOwner(by);
    roster.requireMember(frame.userId);
    if (by === frame.userId) return 0;
    return this.#ports.changes.make(by, frame, { event: "transferred", users: [frame.userId] });
  }

  #role(by: UserId, frame: FrameOf<"group.role">): number {
    const { roster } = this.#ports;
    roster.requireOwner(by);
    const member = roster.requireMember(frame.userId);
    if (member.role === "owner") throw new ParleyError("OWNER_MUST_TRANSFER");
    if (member.role === frame.role) return 0;
    return this.#ports.changes.make(by, frame, { event: "role", users: [frame.userId], role: frame.role });
  }

  #dismiss(by: UserId, frame: FrameOf<"group.dismiss">): number {
    const { roster, changes } = this.#ports;
    roster.requireOwner(by);
    return changes.make(by, frame, { event: "dismissed" });
  }
}

type Patch = { readonly [Key in keyof GroupInfo]?: GroupInfo[Key] | undefined };

function merged(info: GroupInfo, patch: Patch): GroupInfo {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return { ...info, ...Object.fromEntries(given) };
}

function requireRoom(memberLimit: number, members: number): void {
  if (memberLimit > MAX_GROUP_MEMBERS)
    throw new ParleyError("BAD_PARAMETER", `memberLimit: at most ${MAX_GROUP_MEMBERS}`);
  if (members > memberLimit) throw new ParleyError("GROUP_FULL");
}
