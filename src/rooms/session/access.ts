import { ParleyError } from "../../protocol/errors.ts";
import type { AppId, SessionId, UserId } from "../../protocol/ids.ts";
import type { Operator } from "../../protocol/rpc/operator.ts";
import { isGroup, userOfNotices, usersOfSingle } from "../../protocol/session-id.ts";
import type { ObserverBook } from "./observer-book.ts";
import type { Relations } from "./relations.ts";
import type { Roster } from "./roster.ts";
import type { Silence } from "./silence.ts";

interface AccessPorts {
  readonly roster: Roster;
  readonly relations: Relations;
  readonly silence: Silence;
  readonly observers: ObserverBook;
}

/** Who may do what in this session. */
export class Access {
  readonly isGroup: boolean;
  /** Whose business notices they are, if they are that. */
  readonly #notified: UserId | undefined;
  /** The two users of a single chat, or the one of business notices. */
  readonly users: readonly UserId[];
  readonly #roster: Roster;
  readonly #silence: Silence;
  readonly #relations: Relations;
  readonly #observers: ObserverBook;

  constructor({ app, sessionId }: { app: AppId; sessionId: SessionId }, ports: AccessPorts) {
    const { roster, relations, silence, observers } = ports;
    this.isGroup = isGroup(sessionId);
    this.#notified = userOfNotices(app, sessionId);
    this.users = this.#notified === undefined ? [...new Set(usersOfSingle(sessionId) ?? [])] : [this.#notified];
    this.#roster = roster;
    this.#relations = relations;
    this.#observers = observers;
    this.#silence = silence;
  }

  /** Throws when the user may not append. With a server key it is enough to be a member (S103), or to send notices (S111). */
  requireWriter(userId: UserId, by?: "server"): void {
    if (this.#notified !== undefined) {
      if (by !== "server") throw new ParleyError("ACCESS_DENIED");
      return;
    }
    this.requireMember(userId);
    if (by === "server") return;
    if (this.isGroup) {
      this.#silence.requireVoice(this.#roster.requireMember(userId));
      return;
    }
    const other = this.users.find((one) => one !== userId);
    if (other !== undefined) this.#relations.requireWelcome(userId, other);
  }

  /** Throws when the user does not belong here. */
  requireMember(userId: UserId): void {
    if (this.isGroup) this.#roster.requireMember(userId);
    else if (!this.users.includes(userId)) throw new ParleyError("ACCESS_DENIED");
  }

  /** Throws when the user may not read. */
  requireReader(userId: UserId): void {
    if (this.isGroup) this.#roster.require();
    if (!this.isMember(userId)) throw new ParleyError("HISTORY_FORBIDDEN");
  }

  mayRead(userId: UserId): boolean {
    return this.isMember(userId) && (!this.isGroup || this.#roster.isOpen);
  }

  isMember(userId: UserId): boolean {
    return this.isGroup ? this.#roster.has(userId) : this.users.includes(userId);
  }

  /** Throws when there is no such session, and never was or can be. */
  requireSession(): void {
    if (this.isGroup) this.#roster.require();
    else if (this.users.length === 0) throw new ParleyError("ACCESS_DENIED");
  }

  /** An observer reads like a member, while their token has the scope. */
  requireOperator(by: Operator): void {
    const observes = by.kind === "user" && by.observes === true && this.#observers.has(by.userId);
    if (by.kind === "user" && !observes) this.requireReader(by.userId);
    else if (this.isGroup) this.#roster.require();
  }

  /** Owner or admin of a group; nobody is that in a single chat. */
  isAdmin(userId: UserId): boolean {
    const role = this.isGroup && this.#roster.has(userId) ? this.#roster.requireMember(userId).role : "member";
    return role !== "member";
  }

  /** The members, with the seqId from which the log is theirs. */
  joined(): readonly { readonly userId: UserId; readonly joinedSeqId: number }[] {
    return this.isGroup ? this.#roster.all() : this.users.map((userId) => ({ userId, joinedSeqId: 1 }));
  }

  members(): readonly UserId[] {
    return this.isGroup ? this.#roster.all().map(({ userId }) => userId) : this.users;
  }
}
