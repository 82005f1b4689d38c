import type { z } from "zod";
import { sessionRoom } from "../../kernel/room-name.ts";
import { emptied } from "../../protocol/amend.ts";
import type { HotSession } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { MsgHide } from "../../protocol/frames/message.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";
import type { Priority } from "./priority.ts";
import type { ReadRequests } from "./read-requests.ts";

interface HideTag extends MailboxTag {
  readonly owed: Owed;
  readonly sessionId: SessionId;
  readonly seqIds: readonly number[];
}

interface HidingPorts {
  readonly reading: ReadRequests;
  readonly priority: Priority;
}

/** `msg.hide`: the session room keeps what is hidden, the mailbox forgets its copies and moves the cursor. */
export class Hiding implements MailboxFeature {
  readonly name = "hiding";
  readonly #mailbox: Mailbox;
  readonly #ports: HidingPorts;

  constructor(mailbox: Mailbox, ports: HidingPorts) {
    this.#mailbox = mailbox;
    this.#ports = ports;
  }

  readonly requests = {
    "msg.hide": (owed: Owed, { sessionId, seqIds }: z.infer<typeof MsgHide>) => {
      const { app, me, effects } = this.#mailbox;
      const tag: HideTag = { feature: this.name, owed, sessionId, seqIds };
      effects.call(sessionRoom(app, sessionId), { type: "hide", userId: me, seqIds }, tag);
    },
  };

  replied(tag: MailboxTag, outcome: Outcome): void {
    const hide = tag as HideTag; // SAFETY: this feature makes no other tags
    if (outcome.ok) this.#hidden(hide);
    else this.#mailbox.desk.answer(hide.owed, outcome);
  }

  #hidden({ owed, sessionId, seqIds }: HideTag): void {
    const { hotSessions, desk, effects } = this.#mailbox;
    const hot = hotSessions.find(sessionId);
    const last = Math.max(...seqIds);
    // They exist but are still under way to this mailbox: when they are there, the same request will do.
    if (hot === undefined || hot.lastSeqId < last) {
      desk.answer(owed, failed(new ParleyError("UNAVAILABLE")));
      return;
    }
    this.#ports.priority.hide(sessionId, seqIds);
    this.#emptyLast(hot, seqIds);
    effects.send(desk.othersThan(owed.connection), { type: "hidden", sessionId, seqIds: [...seqIds] });
    this.#ports.reading.read(owed, sessionId, last);
  }

  #emptyLast(hot: HotSession, seqIds: readonly number[]): void {
    const { hotSessions, me, clock } = this.#mailbox;
    const { last } = hot;
    if (last.kind !== "message" || !seqIds.includes(last.seqId) || last.gone?.as === "hidden") return;
    hotSessions.change({ ...hot, last: emptied(last, { as: "hidden", by: me, at: clock.nowMs() }) });
  }
}
