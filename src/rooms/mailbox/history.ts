import { sessionRoom } from "../../kernel/room-name.ts";
import type { HistoryPull, HistoryResult } from "../../protocol/frames/message.ts";
import type { Operator } from "../../protocol/rpc/operator.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import { hasScope } from "../../protocol/scope.ts";
import { trimmedIn, withArchived } from "../../protocol/trimmed.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";

interface PulledTag extends MailboxTag {
  readonly owed: Owed;
  readonly frame: HistoryPull;
  /** What the session's room answered, when the archive was asked for the rest. */
  readonly page?: HistoryResult;
}

/** `history.pull`: the page is the session room's; contents that it has let go of come from the archive. */
export class History implements MailboxFeature {
  readonly name = "history";
  readonly #mailbox: Mailbox;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  readonly requests = {
    "history.pull": (owed: Owed, frame: HistoryPull) => {
      const { app, me, effects } = this.#mailbox;
      const observes = hasScope(owed.connection.state, "observe");
      const by: Operator = { kind: "user", userId: me, ...(observes ? { observes } : {}) };
      const { sessionId, before, after, limit } = frame;
      const tag: PulledTag = { feature: this.name, owed, frame };
      effects.call(sessionRoom(app, sessionId), { type: "history", by, before, after, limit }, tag);
    },
  };

  replied(tag: MailboxTag, outcome: Outcome): void {
    const { owed, frame, page } = tag as PulledTag; // SAFETY: this feature makes no other tags
    const { app, desk, effects } = this.#mailbox;
    if (page !== undefined) {
      desk.answer(owed, withArchived(page, frame, outcome));
      return;
    }
    const pulled = outcome.ok ? (outcome.value as HistoryResult) : undefined; // SAFETY: what `history` answers with
    const seqIds = pulled === undefined ? [] : trimmedIn(pulled, frame);
    if (pulled === undefined || seqIds.length === 0) {
      desk.answer(owed, outcome);
      return;
    }
    const archived: PulledTag = { feature: this.name, owed, frame, page: pulled };
    effects.call("@archive", { type: "entries", app, sessionId: frame.sessionId, seqIds }, archived);
  }
}
