import type { GroupInfo, Role } from "../protocol/entry.ts";
import type { GroupChangeResult, GroupGetResult, Invitation, Member } from "../protocol/frames/group.ts";
import type { ResultOf } from "../protocol/results.ts";
import type { Request, Requests } from "./requests.ts";

/**
 * The verbs of groups. Each rejects with `ParleyError`: `NO_SUCH_GROUP`, `NOT_IN_GROUP`, `NOT_ALLOWED_IN_GROUP`,
 * `NOT_OWNER`, `GROUP_FULL`, `OWNER_MUST_TRANSFER`, `REFUSED`, `BANNED`, `NO_SUCH_REQUEST`, `BAD_PARAMETER` or `SEND_TIMED_OUT`.
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

  /**
   * Without `userIds` you join yourself, which the policy or an invitation must allow; with them a member brings others in.
   * `pending` in the result: it became a request that owner or admins answer.
   */
  join(groupId: string, userIds?: readonly string[], greeting?: string): Promise<GroupChangeResult> {
    const users = userIds === undefined ? {} : { userIds };
    return this.#requests.ask({
      type: "group.join",
      groupId,
      ...users,
      ...(greeting === undefined ? {} : { greeting }),
    });
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

  /** Until `untilMs` (since 1970; 0 ends it) these members may not speak; without `userIds` only owner and admins may. */
  mute(groupId: string, untilMs: number, userIds?: readonly string[]): Promise<GroupChangeResult> {
    const users = userIds === undefined ? {} : { userIds };
    return this.#requests.ask({ type: "group.mute", groupId, untilMs, ...users });
  }

  /** Removes them, and they cannot come back until `unban`. */
  ban(groupId: string, userIds: readonly string[]): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.ban", groupId, userIds });
  }

  unban(groupId: string, userIds: readonly string[]): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.ban", groupId, userIds, remove: true });
  }

  /** Your own, or a member's for owner and admins. Empty: none. */
  setNickname(groupId: string, nickname: string, userId?: string): Promise<GroupChangeResult> {
    const user = userId === undefined ? {} : { userId };
    return this.#requests.ask({ type: "group.nickname", groupId, nickname, ...user });
  }

  /** Who waits for an answer. Owner and admins. */
  async requests(groupId: string): Promise<ResultOf<"group.requests">["requests"]> {
    return (await this.#requests.ask({ type: "group.requests", groupId })).requests;
  }

  answer(groupId: string, userId: string, accept: boolean): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.answer", groupId, userId, accept });
  }

  /** Asks users to join: each accepts with `join` or says no with `decline`. */
  invite(groupId: string, userIds: readonly string[], greeting?: string): Promise<GroupChangeResult> {
    const greet = greeting === undefined ? {} : { greeting };
    return this.#requests.ask({ type: "group.invite", groupId, userIds, ...greet });
  }

  decline(groupId: string): Promise<GroupChangeResult> {
    return this.#requests.ask({ type: "group.decline", groupId });
  }

  /** Invitations that you have not answered, the newest first. */
  async invitations(): Promise<Invitation[]> {
    return (await this.#requests.ask({ type: "group.invitations" })).invitations;
  }

  /** Which of these users are members. */
  async has(groupId: string, userIds: readonly string[]): Promise<string[]> {
    return (await this.#requests.ask({ type: "group.has", groupId, userIds })).members;
  }

  /** Groups that you came into or left after `since` (the `timestamp` of the last time); without it all that you are in. */
  sync(since = 0): Promise<ResultOf<"group.sync">> {
    return this.#requests.ask({ type: "group.sync", since });
  }
}
