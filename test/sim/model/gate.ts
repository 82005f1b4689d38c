import type { ErrorName } from "../../../src/protocol/errors.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import type { Conversation } from "./conversation.ts";

export type JoinPolicy = "open" | "approval" | "invite";

const OK: readonly ErrorName[] = [];
const NOT_ALLOWED: readonly ErrorName[] = ["NOT_ALLOWED_IN_GROUP"];

/** Who comes into the group, in the simplest words. */
export class Gate {
  readonly requests = new Set<UserId>();
  /** By whom each was asked last. */
  readonly invitations = new Map<UserId, UserId>();
  policy: JoinPolicy = "invite";
  readonly #group: Conversation;

  constructor(group: Conversation) {
    this.#group = group;
  }

  isFree(by: UserId): boolean {
    return this.policy === "open" || this.invitations.has(by);
  }

  mayNotJoin(by: UserId): readonly ErrorName[] {
    if (this.#group.isMember(by)) return OK;
    if (!this.isFree(by) && this.policy === "invite") return ["REFUSED"];
    return this.#mayNotCome(by);
  }

  /** Bringing somebody in, or asking them to come. */
  mayNotBring(by: UserId, whom: UserId): readonly ErrorName[] {
    if (this.policy === "approval" && !this.#group.isAdmin(by)) return NOT_ALLOWED;
    return this.#mayNotCome(whom);
  }

  mayNotAnswer(by: UserId, whom: UserId): readonly ErrorName[] {
    if (!this.#group.isAdmin(by)) return NOT_ALLOWED;
    return this.requests.has(whom) ? OK : ["NO_SUCH_REQUEST"];
  }

  /** They are in, or may not come any more. */
  settle(userId: UserId): void {
    this.requests.delete(userId);
    this.invitations.delete(userId);
  }

  #mayNotCome(userId: UserId): readonly ErrorName[] {
    return this.#group.banned.has(userId) ? ["BANNED"] : OK;
  }
}
