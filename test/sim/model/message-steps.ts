import type { ErrorName } from "../../../src/protocol/errors.ts";
import type { UserId } from "../../../src/protocol/ids.ts";
import type { Conversation } from "./conversation.ts";
import type { SendOptions } from "./conversation-rows.ts";
import type { OperationOf } from "./operation.ts";
import type { Sequence } from "./sequence.ts";

const NONE: readonly ErrorName[] = ["NO_SUCH_MESSAGE"];
type MessageOperation = OperationOf<
  "send" | "control" | "hide" | "react" | "pin" | "read" | "markUnread" | "hideSession" | "readAll" | "attribute"
>;

/** Operations on messages and on what a user keeps about a session. */
export class MessageSteps {
  readonly #sequence: Sequence;
  #texts = 0;

  constructor(sequence: Sequence) {
    this.#sequence = sequence;
  }

  step(one: MessageOperation): void {
    const by = this.#sequence.user(one.user);
    if (one.do === "readAll") this.#readAll(by);
    if (!("session" in one)) return;
    const talk = this.#sequence.conversation(one.session);
    // What somebody may still do to old messages who may not write new ones is tested by the rules of the rooms.
    const mayTouch = !talk.isSilenced(by, this.#sequence.world.nowMs);
    if (one.do === "send") this.#send(by, talk, one);
    else if (one.do === "read") this.#read(by, talk, targetOf(talk, one.back));
    else if (one.do === "attribute") this.#setPinned(by, talk, one.isPinned);
    else if (!("back" in one)) this.#keep(by, talk, one.do);
    else if (!mayTouch) return;
    else if (one.do === "hide") this.#hide(by, talk, targetOf(talk, one.back));
    else if (one.do === "control") this.#control(by, talk, one);
    else this.#mark(by, talk, one);
  }

  #send(by: UserId, talk: Conversation, one: OperationOf<"send">): void {
    const { nowMs } = this.#sequence.world;
    this.#texts += 1;
    const whom = typeof one.mentions === "number" ? this.#sequence.user(one.mentions) : one.mentions;
    const options: SendOptions = {
      content: `text ${this.#texts}`,
      counts: one.isCounted > 0,
      isHigh: one.isHigh === 0,
      lifeMs: one.lifeMinutes * 60_000,
      mentions: whom,
    };
    const refused = talk.mayNotSend(by, options, nowMs);
    const mentioned = whom === "all" ? { all: true as const } : { users: whom === "nobody" ? [] : [whom] };
    this.#sequence.ask(
      by,
      {
        type: "msg.send",
        sessionId: talk.sessionId,
        contentType: 1,
        content: options.content,
        ...(whom === "nobody" ? {} : { mentions: mentioned }),
        ...(options.counts ? {} : { uncounted: true }),
        ...(options.isHigh ? { priority: "high" } : {}),
        ...(options.lifeMs === 0 ? {} : { ttlMs: options.lifeMs }),
      },
      refused,
    );
    if (refused.length > 0) return;
    if (talk.head === 0) for (const userId of talk.roles.keys()) this.#begin(talk, userId);
    talk.send(by, options, nowMs);
  }

  /** A single chat is in the list from its first message on. */
  #begin(talk: Conversation, userId: UserId): void {
    const begun = { isMember: true, first: 1, last: 0, shown: 0, read: 0, unread: new Set<number>(), priority: [] };
    talk.views.set(userId, { ...begun, isMarked: false, isHidden: false, isPinned: false });
  }

  #control(by: UserId, talk: Conversation, { op, back }: OperationOf<"control">): void {
    const seqId = targetOf(talk, back);
    const refused = talk.mayNotControl(by, op, { seqId, nowMs: this.#sequence.world.nowMs });
    this.#texts += 1;
    const content = `edit ${this.#texts}`;
    const edit = op === "override" ? { content } : {};
    this.#sequence.ask(by, { type: "msg.control", sessionId: talk.sessionId, seqId, op, ...edit }, refused);
    if (refused.length === 0) talk.control(op, seqId, { content, nowMs: this.#sequence.askedAtMs });
  }

  #mark(by: UserId, talk: Conversation, one: OperationOf<"react" | "pin">): void {
    const { sessionId } = talk;
    const { isRemoval } = one;
    const seqId = targetOf(talk, one.back);
    const removal = isRemoval ? { remove: true as const } : {};
    const isPin = one.do === "pin";
    const refused = isPin ? talk.mayNotPin(by, seqId, isRemoval) : talk.mayNotReact(by, seqId);
    const asked = isPin ? { type: "msg.pin" as const } : { type: "msg.react" as const, reaction: one.reaction };
    this.#sequence.ask(by, { ...asked, sessionId, seqId, ...removal }, refused);
    if (refused.length > 0) return;
    const { askedAtMs } = this.#sequence;
    if (isPin) talk.pin(seqId, isRemoval, askedAtMs);
    else talk.react(by, { ...one, seqId }, askedAtMs);
  }

  #hide(by: UserId, talk: Conversation, seqId: number): void {
    const view = talk.views.get(by);
    const message = talk.message(seqId);
    const mayRead = talk.isMember(by);
    const refused: readonly ErrorName[] = mayRead
      ? message === undefined
        ? NONE
        : []
      : ["HISTORY_FORBIDDEN", "ACCESS_DENIED", "NOT_IN_GROUP", "NO_SUCH_MESSAGE"];
    this.#sequence.ask(by, { type: "msg.hide", sessionId: talk.sessionId, seqIds: [seqId] }, refused);
    if (refused.length > 0) return;
    message?.hiddenFor.add(by);
    if (view !== undefined) talk.read(view, seqId);
  }

  #read(by: UserId, talk: Conversation, seqId: number): void {
    const view = talk.views.get(by);
    const isMiddle = view !== undefined && seqId > view.read && seqId < view.last && view.unread.size > 0;
    const forbidden: readonly ErrorName[] = isMiddle && !view.isMember ? ["HISTORY_FORBIDDEN"] : [];
    const refused = view === undefined ? NONE : forbidden;
    this.#sequence.ask(by, { type: "msg.read", sessionId: talk.sessionId, seqId }, refused);
    if (view !== undefined && refused.length === 0) talk.read(view, seqId);
  }

  #readAll(by: UserId): void {
    this.#sequence.ask(by, { type: "msg.readAll" }, []);
    for (const talk of [this.#sequence.single, this.#sequence.group]) {
      const view = talk.views.get(by);
      if (view !== undefined) talk.read(view, view.last);
    }
  }

  #keep(by: UserId, talk: Conversation, what: "markUnread" | "hideSession"): void {
    const view = talk.views.get(by);
    const type = what === "markUnread" ? "msg.markUnread" : "session.hide";
    this.#sequence.ask(by, { type, sessionId: talk.sessionId }, view === undefined ? NONE : []);
    if (view === undefined) return;
    if (what === "markUnread") {
      view.isMarked = true;
      return;
    }
    talk.read(view, view.last);
    view.isHidden = true;
  }

  #setPinned(by: UserId, talk: Conversation, isPinned: boolean): void {
    const view = talk.views.get(by);
    const { sessionId } = talk;
    const attributes = { pinned: isPinned ? (true as const) : null };
    this.#sequence.ask(by, { type: "session.attr", sessionId, attributes }, view === undefined ? NONE : []);
    if (view !== undefined) view.isPinned = isPinned;
  }
}

/** A message; or what is none, being still to come. */
function targetOf(talk: Conversation, back: number): number {
  if (back === 0) return talk.head + 1;
  const messages = talk.rows.filter(({ kind }) => kind === "message");
  return messages.at(-1 - (back % messages.length))?.seqId ?? talk.head + 1;
}
