import type { GroupInfo, Role } from "../protocol/entry.ts";
import type { GroupChangeResult, GroupGetResult, Member } from "../protocol/frames/group.ts";
import type { Request, Requests } from "./requests.ts";

/**
 * The verbs of groups. Each rejects with `ParleyError`: `NO_SUCH_GROUP`, `NOT_IN_GROUP`, `NOT_ALLOWED_IN_GROUP`,
 * `NOT_OWNER`, `GROUP_FULL`, `OWNER_MUST_TRANSFER`, `REFUSED`, `BAD_PARAMETER` or `SEND_TIMED_OUT`.
 */
export class Groups {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** You become the owner. `groupId` of the result is the id of its session, too. */
  create(info: Request<"group.create">["info"], userIds: readonly string[] = []): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.create", info, userIds });
  }

  /** Without `userIds` you join yourself, which the policy must allow; with them a member brings others in. */
  join(groupId: string, userIds?: readonly string[]): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.join", groupId, ...(userIds === undefined ? {} : { userIds }) });
  }

  quit(groupId: string): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.quit", groupId });
  }

  remove(groupId: string, userIds: readonly string[]): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.remove", groupId, userIds });
  }

  async members(groupId: string): Promise<Member[]> {
    return (await this.#requests.ask({ type: "group.members", groupId })).members;
  }

  get(groupId: string): Promise<GroupGetResult> {
    return this.#requests.ask({ type: "group.get", groupId });
  }

  /** Only what is given changes. */
  update(groupId: string, info: Partial<GroupInfo>): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.update", groupId, info });
  }

  transfer(groupId: string, userId: string): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.transfer", groupId, userId });
  }

  setRole(groupId: string, userId: string, role: Exclude<Role, "owner">): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.role", groupId, userId, role });
  }

  dismiss(groupId: string): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.dismiss", groupId });
  }
}
