import { sessionRoom } from "../../kernel/room-name.ts";
import type { PassingFrame } from "../../protocol/down.ts";
import { groupIdOf } from "../../protocol/group-id.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { SessionCall } from "../../protocol/rpc/session-call.ts";
import type { SessionFrame } from "../../protocol/session-frame.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";

interface ForwardTag extends MailboxTag {
  readonly owed: Owed;
  /** For the user's other devices, when the room has taken the request. */
  readonly echo?: PassingFrame | undefined;
}

/** Requests that the session's room decides alone: they pass through, and so does the answer. */
export class Forwarding implements MailboxFeature {
  readonly name = "forwarding";
  readonly #mailbox: Mailbox;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  forward(owed: Owed, frame: SessionFrame): void {
    const call = { type: "request", by: this.#mailbox.me, frame } as const;
    this.#call(this.#sessionOf(frame), call, { feature: this.name, owed, echo: this.#echoOf(frame) });
  }

  replied(tag: MailboxTag, outcome: Outcome): void {
    const { owed, echo } = tag as ForwardTag; // SAFETY: this feature makes no other tags
    const { desk, effects } = this.#mailbox;
    desk.answer(owed, outcome);
    if (outcome.ok && echo !== undefined) effects.send(desk.othersThan(owed.connection), echo);
  }

  /** Of what is not stored the session room tells the others; the user's own devices hear it from here. */
  #echoOf(frame: SessionFrame): PassingFrame | undefined {
    const { me: from, clock } = this.#mailbox;
    if (frame.type === "msg.signal") {
      const { sessionId, contentType, content } = frame;
      return { type: "signal", sessionId, from, timestamp: clock.nowMs(), contentType, content };
    }
    if (frame.type !== "stream.chunk") return undefined;
    const { sessionId, seqId, offset, text } = frame;
    return { type: "chunk", sessionId, seqId, offset, text };
  }

  #sessionOf(frame: SessionFrame): SessionId {
    if ("sessionId" in frame) return frame.sessionId;
    const { app, me } = this.#mailbox;
    const groupId = frame.type === "group.create" ? groupIdOf(app, me, frame.packId) : frame.groupId;
    return groupId as string as SessionId; // SAFETY: a GroupId is a SessionId of the GC_ kind
  }

  #call(sessionId: SessionId, call: SessionCall, tag: ForwardTag): void {
    this.#mailbox.effects.call(sessionRoom(this.#mailbox.app, sessionId), call, tag);
  }
}
