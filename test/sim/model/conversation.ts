import type { ErrorName } from "../../../src/protocol/errors.ts";
import type { SessionId, UserId } from "../../../src/protocol/ids.ts";
import type { ControlOp, ModelMessage, ModelRow, Reacting, SendOptions, View } from "./conversation-rows.ts";

type Role = "owner" | "admin" | "member";
const GONE = { recall: "recalled", delete: "deleted", expire: "expired" } as const;

const RECALL_WINDOW_MS = 120_000;
const OK: readonly ErrorName[] = [];

/** What one session must be, in the simplest words. Every operation says which errors are right; none means success. */
export class Conversation {
  readonly sessionId: SessionId;
  readonly isGroup: boolean;
  readonly rows: (ModelMessage | ModelRow)[] = [];
  readonly views = new Map<UserId, View>();
  readonly roles = new Map<UserId, Role>();
  readonly mutedUntilMs = new Map<UserId, number>();
  readonly banned = new Set<UserId>();
  readonly pins = new Set<number>();
  /** Only owner and admins speak until then. */
  allMutedUntilMs = 0;
  /** In a single chat: who has blocked the other. */
  readonly blockers = new Set<UserId>();
  /** In a single chat: its users must be friends to write, and are not. */
  needsFriends = false;
  /** Of the newest entry: the log's time never goes back. */
  #lastAtMs = 0;

  constructor(sessionId: SessionId, isGroup: boolean) {
    this.sessionId = sessionId;
    this.isGroup = isGroup;
  }

  get head(): number {
    return this.rows.length;
  }

  isMember(userId: UserId): boolean {
    return this.roles.has(userId);
  }

  isAdmin(userId: UserId): boolean {
    return this.isGroup && this.roles.get(userId) !== "member" && this.isMember(userId);
  }

  message(seqId: number): ModelMessage | undefined {
    const row = this.rows[seqId - 1];
    return row?.kind === "message" ? row : undefined;
  }

  /** Messages that are still to expire. */
  get mortals(): ModelMessage[] {
    return this.rows.filter((row) => row.kind === "message").filter(({ lifeMs, gone }) => lifeMs > 0 && !gone);
  }

  /** Whether something else than the operation's own rules stands in the way. */
  isSilenced(userId: UserId, nowMs: number): boolean {
    if (!this.isGroup) return this.needsFriends || [...this.blockers].some((blocker) => blocker !== userId);
    const role = this.roles.get(userId);
    if (role === "owner") return false;
    return (this.mutedUntilMs.get(userId) ?? 0) > nowMs || (role === "member" && this.allMutedUntilMs > nowMs);
  }

  mayNotSend(by: UserId, options: SendOptions, nowMs: number): readonly ErrorName[] {
    if (!this.isMember(by)) return ["NOT_IN_GROUP", "ACCESS_DENIED"];
    if (this.isSilenced(by, nowMs)) return ["MUTED", "BLOCKED", "NOT_FRIENDS"];
    if (options.mentions === "all" && !this.isAdmin(by)) return ["NOT_ALLOWED_IN_GROUP", "BAD_PARAMETER"];
    const isStranger = options.mentions !== "all" && options.mentions !== "nobody" && !this.isMember(options.mentions);
    return isStranger ? ["BAD_PARAMETER"] : OK;
  }

  send(from: UserId, { mentions: whom, ...options }: SendOptions, nowMs: number): void {
    const { counts, isHigh } = options;
    const everybody = [...this.roles.keys()];
    const mentions = whom === "all" ? everybody : everybody.filter((userId) => userId === whom);
    const seqId = this.head + 1;
    const state = { edits: 0, gone: undefined, reactions: new Map(), hiddenFor: new Set<UserId>() } as const;
    this.rows.push({ ...options, ...state, kind: "message", seqId, from, atMs: this.#stamp(nowMs), mentions });
    for (const [userId, view] of this.#present()) {
      Object.assign(view, { last: seqId, shown: seqId, isHidden: false });
      if (isHigh) view.priority.push(seqId);
      if (userId === from) this.#read(view, seqId);
      else if (counts) view.unread.add(seqId);
    }
  }

  note(what: string, users: readonly UserId[], nowMs: number): void {
    const seqId = this.head + 1;
    this.#stamp(nowMs);
    this.rows.push({ kind: "notice", seqId, what });
    if (what === "created" || what === "joined") for (const userId of users) this.#join(userId, seqId);
    for (const [, view] of this.#present()) Object.assign(view, { last: seqId, shown: seqId, isHidden: false });
    if (what === "quit" || what === "removed" || what === "banned") for (const userId of users) this.#leave(userId);
  }

  mayNotControl(by: UserId, op: ControlOp, at: { seqId: number; nowMs: number }): readonly ErrorName[] {
    const message = this.message(at.seqId);
    if (!this.isMember(by)) return ["NOT_IN_GROUP", "ACCESS_DENIED"];
    if (message === undefined) return ["NO_SUCH_MESSAGE"];
    const isMine = message.from === by;
    const mayEnd = op !== "override" && this.isAdmin(by);
    if (!isMine && !mayEnd) return ["ACCESS_DENIED", "NOT_ALLOWED_IN_GROUP"];
    if (message.gone !== undefined) return ["MESSAGE_GONE"];
    const isLate = op === "recall" && !mayEnd && at.nowMs - message.atMs > RECALL_WINDOW_MS;
    return isLate ? ["TOO_LATE"] : OK;
  }

  control(op: ControlOp | "expire", seqId: number, { content = "", nowMs }: { content?: string; nowMs: number }): void {
    const message = this.message(seqId);
    this.#append(op, nowMs);
    for (const [, view] of this.#present()) if (seqId >= view.first) view.priority.push(this.head);
    if (message === undefined) return;
    if (op === "override") {
      message.content = content;
      message.edits += 1;
      return;
    }
    message.gone = GONE[op];
    for (const [, view] of this.#present()) view.unread.delete(seqId);
  }

  mayNotReact(by: UserId, seqId: number): readonly ErrorName[] {
    return this.#mayNotTouch(by, seqId);
  }

  react(by: UserId, { seqId, reaction, isRemoval }: Reacting, nowMs: number): void {
    const users = this.message(seqId)?.reactions.get(reaction) ?? new Set();
    if (users.has(by) !== isRemoval) return;
    if (isRemoval) users.delete(by);
    else users.add(by);
    this.message(seqId)?.reactions.set(reaction, users);
    this.#append(isRemoval ? "unreact" : "react", nowMs);
  }

  /** A pin of a message that is gone may be taken away, and is there until then. */
  mayNotPin(by: UserId, seqId: number, isRemoval: boolean): readonly ErrorName[] {
    if (!this.isMember(by)) return ["NOT_IN_GROUP", "ACCESS_DENIED"];
    if (this.isGroup && !this.isAdmin(by)) return ["NOT_ALLOWED_IN_GROUP"];
    return isRemoval && this.message(seqId) !== undefined ? OK : this.#mayNotTouch(by, seqId);
  }

  pin(seqId: number, isRemoval: boolean, nowMs: number): void {
    if (this.pins.has(seqId) !== isRemoval) return;
    if (isRemoval) this.pins.delete(seqId);
    else this.pins.add(seqId);
    this.#append(isRemoval ? "unpin" : "pin", nowMs);
  }

  read(view: View, seqId: number): void {
    const upTo = Math.min(seqId, view.last);
    view.isMarked = false;
    if (upTo > view.read) this.#read(view, upTo);
  }

  #read(view: View, seqId: number): void {
    view.read = seqId;
    view.isMarked = false;
    for (const unread of view.unread) if (unread <= seqId) view.unread.delete(unread);
  }

  #mayNotTouch(by: UserId, seqId: number): readonly ErrorName[] {
    if (!this.isMember(by)) return ["NOT_IN_GROUP", "ACCESS_DENIED"];
    const message = this.message(seqId);
    if (message === undefined) return ["NO_SUCH_MESSAGE"];
    return message.gone === undefined ? OK : ["MESSAGE_GONE"];
  }

  #stamp(nowMs: number): number {
    this.#lastAtMs = Math.max(this.#lastAtMs, nowMs);
    return this.#lastAtMs;
  }

  #append(what: string, nowMs: number): void {
    const seqId = this.head + 1;
    this.#stamp(nowMs);
    this.rows.push({ kind: "control", seqId, what });
    for (const [, view] of this.#present()) view.last = seqId;
  }

  #present(): [UserId, View][] {
    return [...this.views].filter(([userId]) => this.isMember(userId));
  }

  #join(userId: UserId, seqId: number): void {
    if (!this.roles.has(userId)) this.roles.set(userId, "member");
    const kept = this.views.get(userId) ?? { isMarked: false, isPinned: false, priority: [] };
    const begun = {
      isMember: true,
      first: seqId,
      last: seqId,
      shown: seqId,
      read: seqId - 1,
      unread: new Set<number>(),
    };
    this.views.set(userId, { ...kept, ...begun, isHidden: false });
  }

  #leave(userId: UserId): void {
    this.roles.delete(userId);
    const view = this.views.get(userId);
    if (view !== undefined) view.isMember = false;
  }
}
