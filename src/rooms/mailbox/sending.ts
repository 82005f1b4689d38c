import { Batcher } from "../../kernel/batcher.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { ERRORS, ParleyError } from "../../protocol/errors.ts";
import type { MsgSend } from "../../protocol/frames/message.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { MAX_FRAMES_PER_BATCH } from "../../protocol/limits.ts";
import type { BeforeSend as Hook } from "../../protocol/rpc/app-settings.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendItem, AppendResult, Verdict } from "../../protocol/rpc/session-call.ts";
import { BeforeSend, verdictsIn } from "./before-send.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";

/** A message that waits for its session's batch. */
interface Waiting {
  readonly owed: Owed;
  readonly frame: MsgSend;
}

/** Messages under way to a session, in a lane that only the instance that sent them knows. */
interface LaneTag extends MailboxTag {
  readonly sessionId: SessionId;
  readonly lanes: Batcher<SessionId, Waiting>;
}

/** The app was asked about them. */
interface AskedTag extends LaneTag {
  readonly step: "asked";
  readonly hook: Hook;
  readonly batch: readonly Waiting[];
}

interface AppendTag extends LaneTag {
  readonly step: "append";
  readonly owed: readonly Owed[];
}

/** Messages to sessions: in order, one batch in flight for each session (M31). */
export class Sending implements MailboxFeature {
  readonly name = "sending";
  readonly #mailbox: Mailbox;
  readonly #beforeSend: BeforeSend;
  readonly #outgoing = new Batcher<SessionId, Waiting>(MAX_FRAMES_PER_BATCH);

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#beforeSend = new BeforeSend(mailbox);
  }

  readonly requests = {
    "msg.send": (owed: Owed, frame: MsgSend) => this.#outgoing.push(frame.sessionId, { owed, frame }),
  };

  settle(): void {
    for (const [sessionId, batch] of this.#outgoing.start()) {
      const hook = this.#beforeSend.hookFor(sessionId);
      if (hook === undefined) this.#append(sessionId, batch);
      else this.#ask(hook, sessionId, batch);
    }
  }

  /** A batch of an earlier instance ends a lane of that instance, which is empty, and none of this one's (M31). */
  replied(tag: MailboxTag, outcome: Outcome): void {
    const known = tag as AskedTag | AppendTag; // SAFETY: this feature makes no other tags
    if (known.step === "asked") this.#decided(known, outcome);
    else this.#appended(known, outcome);
  }

  abandon(): void {
    for (const { owed } of this.#outgoing.abandon()) this.#refuse([owed], failed(new ParleyError("UNAVAILABLE")));
  }

  #ask(hook: Hook, sessionId: SessionId, batch: readonly Waiting[]): void {
    const tag: AskedTag = { feature: this.name, step: "asked", sessionId, hook, batch, lanes: this.#outgoing };
    this.#beforeSend.ask(hook, sessionId, { frames: batch.map(({ frame }) => frame), tag });
  }

  /** Later messages may be on their way already from an instance that did not wait for this: then they come again (M191). */
  #decided({ sessionId, hook, batch, lanes }: AskedTag, outcome: Outcome): void {
    if (lanes !== this.#outgoing) {
      const owed = batch.map((waiting) => waiting.owed);
      this.#refuse(owed, failed(new ParleyError("HOOK_UNANSWERED")));
      return;
    }
    const frames = batch.map(({ frame }) => frame);
    this.#append(sessionId, batch, verdictsIn(outcome, frames, hook));
  }

  #append(sessionId: SessionId, batch: readonly Waiting[], verdicts?: readonly (Verdict | undefined)[]): void {
    const { effects, app, me } = this.#mailbox;
    const items = batch.map(({ frame: { type: _, sessionId: __, ...item } }, index): AppendItem => {
      const verdict = verdicts?.[index];
      return verdict === undefined ? item : { ...item, verdict };
    });
    const owed = batch.map((waiting) => waiting.owed);
    const tag: AppendTag = { feature: this.name, step: "append", sessionId, owed, lanes: this.#outgoing };
    effects.call(sessionRoom(app, sessionId), { type: "append", sender: me, items }, tag);
  }

  #appended({ sessionId, owed, lanes }: AppendTag, outcome: Outcome): void {
    if (outcome.ok) {
      lanes.done(sessionId);
      const results = outcome.value as AppendResult; // SAFETY: append answers with one result per item
      owed.forEach((one, index) => {
        this.#mailbox.desk.answer(one, itemOutcome(results, index));
      });
      return;
    }
    const behind = lanes.fail(sessionId).map((waiting) => waiting.owed);
    this.#refuse([...owed, ...behind], outcome);
  }

  #refuse(owed: readonly Owed[], outcome: Outcome): void {
    for (const one of owed) this.#mailbox.desk.answer(one, outcome);
  }
}

function itemOutcome(results: AppendResult, index: number): Outcome {
  return results[index] ?? { ok: false, error: "SERVER_EXCEPTION", message: ERRORS.SERVER_EXCEPTION.message };
}
