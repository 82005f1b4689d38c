import type { ErrorName } from "../../../src/protocol/errors.ts";
import type { GroupChangeResult } from "../../../src/protocol/frames/group.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import { alice, bob } from "../names.ts";
import type { Operation, OperationOf } from "./operation.ts";
import type { Asking, Sequence } from "./sequence.ts";

type GroupOperation = OperationOf<
  "add" | "remove" | "ban" | "unban" | "promote" | "mute" | "quit" | "block" | "unblock"
>;
type AboutSomebody = Extract<GroupOperation, { whom: number }>;
type WithoutGroup<T> = T extends { groupId: unknown } ? Omit<T, "groupId"> : never;

const NOTICES = { add: "joined", remove: "removed", ban: "banned", unban: "unbanned", promote: "role", mute: "muted" };
const MEMBERS_ONLY: readonly ErrorName[] = ["NOT_IN_GROUP"];

/** Who is in the group, and as what; and who blocks whom. */
export class GroupSteps {
  readonly #sequence: Sequence;

  constructor(sequence: Sequence) {
    this.#sequence = sequence;
  }

  step(one: Extract<Operation, GroupOperation>): void {
    const by = this.#sequence.user(one.user);
    if (one.do === "quit") this.#quit(by);
    else if ("whom" in one) this.#about(by, this.#sequence.user(one.whom), one);
    else this.#block(by, one.do === "block");
  }

  #quit(by: UserId): void {
    const { group } = this.#sequence;
    const stays: readonly ErrorName[] = group.roles.get(by) === "owner" ? ["OWNER_MUST_TRANSFER"] : [];
    const refused = group.isMember(by) ? stays : MEMBERS_ONLY;
    this.#change(by, { type: "group.quit" }, { refused, what: "quit", users: [by] });
  }

  #about(by: UserId, whom: UserId, one: AboutSomebody): void {
    const { group, world } = this.#sequence;
    const refused = group.isMember(by) ? this.#refused(by, whom, one.do) : MEMBERS_ONLY;
    const untilMs = one.do === "mute" && one.minutes > 0 ? world.nowMs + one.minutes * 60_000 : 0;
    const what = NOTICES[one.do];
    const changed = this.#change(by, this.#frame(whom, one, untilMs), { refused, what, users: [whom] });
    if (refused.length > 0) return;
    if (one.do === "mute") group.mutedUntilMs.set(whom, untilMs);
    if (one.do === "ban") group.banned.add(whom);
    if (one.do === "unban") group.banned.delete(whom);
    if (one.do === "promote" && changed) group.roles.set(whom, "admin");
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
        return { type: "group.role", userId: whom, role: "admin" };
      case "mute":
        return { type: "group.mute", userIds, untilMs };
    }
  }

  #refused(by: UserId, whom: UserId, what: AboutSomebody["do"]): readonly ErrorName[] {
    const { group } = this.#sequence;
    const [mine, theirs] = [group.roles.get(by), group.roles.get(whom)];
    if (what === "add") return group.banned.has(whom) ? ["BANNED"] : [];
    if (what === "promote") {
      if (mine !== "owner") return ["NOT_OWNER"];
      if (theirs === undefined) return MEMBERS_ONLY;
      return theirs === "owner" ? ["OWNER_MUST_TRANSFER"] : [];
    }
    if (mine === "member") return ["NOT_ALLOWED_IN_GROUP"];
    if (what === "unban") return [];
    if (by === whom || theirs === "owner" || (mine === "admin" && theirs === "admin")) return ["NOT_ALLOWED_IN_GROUP"];
    return what === "mute" && theirs === undefined ? MEMBERS_ONLY : [];
  }

  /** The answer says whether there was anything to change; the model then notes it too. */
  #change(
    by: UserId,
    frame: WithoutGroup<Asking>,
    { refused, what, users }: { refused: readonly ErrorName[]; what: string; users: readonly UserId[] },
  ): boolean {
    const { group, simGroup } = this.#sequence;
    const asking = { ...frame, groupId: simGroup.groupId } as Asking; // SAFETY: a frame of a group without its group, and that
    const result = this.#sequence.ask(by, asking, refused);
    if (refused.length > 0) return false;
    const { seqId } = result as GroupChangeResult; // SAFETY: what changes of groups answer with
    if (seqId === 0) return false;
    if (seqId !== group.head + 1) throw new Error(`${what} became ${seqId}, not ${group.head + 1}`);
    group.note(what, users);
    return true;
  }

  #block(by: UserId, isBlock: boolean): void {
    const { single } = this.#sequence;
    const other = by === alice ? bob : alice;
    this.#sequence.ask(by, { type: isBlock ? "block.add" : "block.remove", userId: other }, []);
    if (!single.isMember(by)) return;
    if (isBlock) single.blockers.add(by);
    else single.blockers.delete(by);
  }
}
