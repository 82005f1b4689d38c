import { Batcher } from "../../kernel/batcher.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { ERRORS, ParleyError } from "../../protocol/errors.ts";
import type { MsgSend } from "../../protocol/frames/message.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { MAX_FRAMES_PER_BATCH } from "../../protocol/limits.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendItem, AppendResult } from "../../protocol/rpc/session-call.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";

/** A message that waits for its session's batch. */
interface Waiting {
  readonly owed: Owed;
  readonly frame: MsgSend;
}

/** Messages under way to a session, in a lane that only the instance that sent them knows. */
interface AppendTag extends MailboxTag {
  readonly sessionId: SessionId;
  readonly owed: readonly Owed[];
  readonly lanes: Batcher<SessionId, Waiting>;
}

/** Messages to sessions: in order, one batch in flight for each session (M31). */
export class Sending implements MailboxFeature {
  readonly name = "sending";
  readonly #mailbox: Mailbox;
  readonly #outgoing = new Batcher<SessionId, Waiting>(MAX_FRAMES_PER_BATCH);

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  readonly requests = {
    "msg.send": (owed: Owed, frame: MsgSend) => this.#outgoing.push(frame.sessionId, { owed, frame }),
  };

  settle(): void {
    const { effects, app, me } = this.#mailbox;
    for (const [sessionId, batch] of this.#outgoing.start()) {
      const items = batch.map(({ frame: { type: _, sessionId: __, ...item } }): AppendItem => item);
      const owed = batch.map((waiting) => waiting.owed);
      const tag: AppendTag = { feature: this.name, sessionId, owed, lanes: this.#outgoing };
      effects.call(sessionRoom(app, sessionId), { type: "append", sender: me, items }, tag);
    }
  }

  /** A batch of an earlier instance ends a lane of that instance, which is empty, and none of this one's (M31). */
  replied(tag: MailboxTag, outcome: Outcome): void {
    const { desk } = this.#mailbox;
    const { sessionId, owed, lanes } = tag as AppendTag; // SAFETY: this feature makes no other tags
    if (outcome.ok) {
      lanes.done(sessionId);
      const results = outcome.value as AppendResult; // SAFETY: append answers with one result per item
      owed.forEach((one, index) => {
        desk.answer(one, itemOutcome(results, index));
      });
      return;
    }
    const behind = lanes.fail(sessionId).map((waiting) => waiting.owed);
    for (const one of [...owed, ...behind]) desk.answer(one, outcome);
  }

  abandon(): void {
    for (const { owed } of this.#outgoing.abandon())
      this.#mailbox.desk.answer(owed, failed(new ParleyError("UNAVAILABLE")));
  }
}

function itemOutcome(results: AppendResult, index: number): Outcome {
  return results[index] ?? { ok: false, error: "SERVER_EXCEPTION", message: ERRORS.SERVER_EXCEPTION.message };
}
