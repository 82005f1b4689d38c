import type { ErrorName } from "../../../src/protocol/errors.ts";
import type { GroupChangeResult } from "../../../src/protocol/frames/group.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import { Gate } from "./gate.ts";
import type { Operation, OperationOf } from "./operation.ts";
import type { Asking, Sequence } from "./sequence.ts";

type GroupOperation =
  | Extract<Operation, AboutSomebody>
  | OperationOf<"quit" | "join" | "decline" | "policy" | "muteAll">;
type AboutSomebody = Extract<Operation, { whom: number }>;
type WithoutGroup<T> = T extends { groupId: unknown } ? Omit<T, "groupId"> : never;

const NOTICES = {
  ...{ add: "joined", accept: "joined", remove: "removed", ban: "banned", unban: "unbanned", promote: "role" },
  ...{ demote: "role", transfer: "transferred", mute: "muted", invite: "nothing", refuse: "nothing" },
};
const MEMBERS_ONLY: readonly ErrorName[] = ["NOT_IN_GROUP"];
const NOT_ALLOWED: readonly ErrorName[] = ["NOT_ALLOWED_IN_GROUP"];

interface Change {
  readonly refused: readonly ErrorName[];
  readonly what: string;
  readonly users: readonly UserId[];
}

/** Who is in the group, as what, and how they came. */
export class GroupSteps {
  readonly gate: Gate;
  readonly #sequence: Sequence;

  constructor(sequence: Sequence) {
    this.#sequence = sequence;
    this.gate = new Gate(sequence.group);
  }

  step(one: GroupOperation): void {
    const by = this.#sequence.user(one.user);
    if ("whom" in one) this.#about(by, this.#sequence.user(one.whom), one);
    else if (one.do === "policy") this.#setPolicy(by, one);
    else if (one.do === "muteAll") this.#muteAll(by, this.#untilMs(one.minutes));
    else if (one.do === "quit") this.#quit(by);
    else if (one.do === "join") this.#join(by);
    else this.#decline(by);
  }

  #quit(by: UserId): void {
    const { group } = this.#sequence;
    const stays: readonly ErrorName[] = group.roles.get(by) === "owner" ? ["OWNER_MUST_TRANSFER"] : [];
    const refused = group.isMember(by) ? stays : MEMBERS_ONLY;
    this.#change(by, { type: "group.quit" }, { refused, what: "quit", users: [by] });
  }

  #join(by: UserId): void {
    const { gate } = this;
    const isMember = this.#sequence.group.isMember(by);
    const isFree = gate.isFree(by);
    const refused = gate.mayNotJoin(by);
    const isIn = this.#change(by, { type: "group.join" }, { refused, what: "joined", users: [by] });
    if (refused.length > 0 || isMember) return;
    if (isIn !== isFree) throw new Error(`${by} is ${isIn ? "" : "not "}in`);
    if (isIn) gate.settle(by);
    else gate.requests.add(by);
  }

  #decline(by: UserId): void {
    this.#change(by, { type: "group.decline" }, { refused: [], what: "nothing", users: [] });
    this.gate.invitations.delete(by);
  }

  #setPolicy(by: UserId, { joinPolicy }: OperationOf<"policy">): void {
    const refused = this.#orderOnly(by);
    const frame = { type: "group.update", info: { joinPolicy } } as const;
    const changed = this.#change(by, frame, { refused, what: "updated", users: [] });
    if (changed) this.gate.policy = joinPolicy;
  }

  #muteAll(by: UserId, untilMs: number): void {
    const refused = this.#orderOnly(by);
    const changed = this.#change(by, { type: "group.mute", untilMs }, { refused, what: "mutedAll", users: [] });
    if (changed) this.#sequence.group.allMutedUntilMs = untilMs;
  }

  #orderOnly(by: UserId): readonly ErrorName[] {
    const { group } = this.#sequence;
    if (!group.isMember(by)) return MEMBERS_ONLY;
    return group.isAdmin(by) ? [] : NOT_ALLOWED;
  }

  #about(by: UserId, whom: UserId, one: AboutSomebody): void {
    const { group } = this.#sequence;
    const refused = group.isMember(by) ? this.#refused(by, whom, one.do) : MEMBERS_ONLY;
    const untilMs = one.do === "mute" ? this.#untilMs(one.minutes) : 0;
    const what = NOTICES[one.do];
    const changed = this.#change(by, this.#frame(whom, one, untilMs), { refused, what, users: [whom] });
    if (refused.length === 0) this.#applied({ by, whom, changed, untilMs }, one.do);
  }

  #applied(
    { by, whom, changed, untilMs }: { by: UserId; whom: UserId; changed: boolean; untilMs: number },
    what: AboutSomebody["do"],
  ): void {
    const { group } = this.#sequence;
    if (what === "mute") group.mutedUntilMs.set(whom, untilMs);
    if (what === "ban") group.banned.add(whom);
    if (what === "unban") group.banned.delete(whom);
    if (what === "invite" && !group.isMember(whom)) this.gate.invitations.set(whom, by);
    if (what === "refuse") this.gate.requests.delete(whom);
    if (changed && (what === "ban" || what === "add" || what === "accept")) this.gate.settle(whom);
    if (!changed) return;
    if (what === "promote") group.roles.set(whom, "admin");
    if (what === "demote" || what === "transfer") group.roles.set(what === "demote" ? whom : by, "member");
    if (what === "transfer") group.roles.set(whom, "owner");
  }

  #frame(whom: UserId, one: AboutSomebody, untilMs: number): WithoutGroup<Asking> {
    const userIds = [whom];
    switch (one.do) {
      case "add":
        return { type: "group.join", userIds };
      case "remove":
        return { type: "group.remove", userIds };
      case "ban":
        return { type: "group.ban", userIds };
      case "unban":
        return { type: "group.ban", userIds, remove: true };
      case "promote":
      case "demote":
        return { type: "group.role", userId: whom, role: one.do === "promote" ? "admin" : "member" };
      case "transfer":
        return { type: "group.transfer", userId: whom };
      case "invite":
        return { type: "group.invite", userIds };
      case "accept":
      case "refuse":
        return { type: "group.answer", userId: whom, accept: one.do === "accept" };
      case "mute":
        return { type: "group.mute", userIds, untilMs };
    }
  }

  #refused(by: UserId, whom: UserId, what: AboutSomebody["do"]): readonly ErrorName[] {
    switch (what) {
      case "add":
      case "invite":
        return this.gate.mayNotBring(by, whom);
      case "accept":
      case "refuse":
        return this.gate.mayNotAnswer(by, whom);
      case "promote":
      case "demote":
      case "transfer":
        return this.#ownerOnly(by, whom, what);
      case "unban":
        return this.#orderOnly(by);
      default:
        return this.#aboveOnly(by, whom, what);
    }
  }

  #ownerOnly(by: UserId, whom: UserId, what: "promote" | "demote" | "transfer"): readonly ErrorName[] {
    const { roles } = this.#sequence.group;
    if (roles.get(by) !== "owner") return ["NOT_OWNER"];
    if (!roles.has(whom)) return MEMBERS_ONLY;
    return what !== "transfer" && roles.get(whom) === "owner" ? ["OWNER_MUST_TRANSFER"] : [];
  }

  #aboveOnly(by: UserId, whom: UserId, what: "remove" | "ban" | "mute"): readonly ErrorName[] {
    const { roles } = this.#sequence.group;
    const [mine, theirs] = [roles.get(by), roles.get(whom)];
    if (mine === "member" || by === whom || theirs === "owner" || (mine === "admin" && theirs === "admin"))
      return NOT_ALLOWED;
    return what === "mute" && theirs === undefined ? MEMBERS_ONLY : [];
  }

  #untilMs(minutes: number): number {
    return minutes > 0 ? this.#sequence.world.nowMs + minutes * 60_000 : 0;
  }

  /** The answer says whether there was anything to change; the model then notes it too. */
  #change(by: UserId, frame: WithoutGroup<Asking>, { refused, what, users }: Change): boolean {
    const { group, simGroup } = this.#sequence;
    const asking = { ...frame, groupId: simGroup.groupId } as Asking; // SAFETY: a frame of a group without its group, and that
    const result = this.#sequence.ask(by, asking, refused);
    if (refused.length > 0) return false;
    const { seqId } = result as GroupChangeResult; // SAFETY: what changes of groups answer with
    if (seqId === 0) return false;
    if (seqId !== group.head + 1) throw new Error(`${what} became ${seqId}, not ${group.head + 1}`);
    group.note(what, users, this.#sequence.askedAtMs);
    return true;
  }
}
