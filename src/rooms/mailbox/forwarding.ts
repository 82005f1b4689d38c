import { sessionRoom } from "../../kernel/room-name.ts";
import type { HistoryPull } from "../../protocol/frames/message.ts";
import { groupIdOf } from "../../protocol/group-id.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { SessionCall } from "../../protocol/rpc/session-call.ts";
import type { SessionFrame } from "../../protocol/session-frame.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";

interface ForwardTag extends MailboxTag {
  readonly owed: Owed;
}

/** Requests that the session's room decides alone: they pass through, and so does the answer. */
export class Forwarding implements MailboxFeature {
  readonly name = "forwarding";
  readonly #mailbox: Mailbox;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  readonly requests = {
    "history.pull": (owed: Owed, { sessionId, before, after, limit }: HistoryPull) => {
      const by = { kind: "user", userId: this.#mailbox.me } as const;
      this.#call(sessionId, { type: "history", by, before, after, limit }, owed);
    },
  };

  forward(owed: Owed, frame: SessionFrame): void {
    this.#call(this.#sessionOf(frame), { type: "request", by: this.#mailbox.me, frame }, owed);
  }

  replied(tag: MailboxTag, outcome: Outcome): void {
    this.#mailbox.desk.answer((tag as ForwardTag).owed, outcome); // SAFETY: this feature makes no other tags
  }

  #sessionOf(frame: SessionFrame): SessionId {
    if ("sessionId" in frame) return frame.sessionId;
    const { app, me } = this.#mailbox;
    const groupId = frame.type === "group.create" ? groupIdOf(app, me, frame.packId) : frame.groupId;
    return groupId as string as SessionId; // SAFETY: a GroupId is a SessionId of the GC_ kind
  }

  #call(sessionId: SessionId, call: SessionCall, owed: Owed): void {
    const tag: ForwardTag = { feature: this.name, owed };
    this.#mailbox.effects.call(sessionRoom(this.#mailbox.app, sessionId), call, tag);
  }
}
