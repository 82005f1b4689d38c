import { Batcher } from "../../kernel/batcher.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { ERRORS, type ErrorName, ParleyError } from "../../protocol/errors.ts";
import type { MsgSend } from "../../protocol/frames/message.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { MAX_FRAMES_PER_BATCH } from "../../protocol/limits.ts";
import { failed, isRefusal, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendItem, AppendResult, SessionCall } from "../../protocol/rpc/session-call.ts";
import { BeforeSend, type JudgingTag } from "./before-send.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature, MailboxTag } from "./feature.ts";
import type { Forwarding } from "./forwarding.ts";
import type { Batch, LaneTag, Waiting } from "./lane.ts";
import type { Said } from "./said.ts";

type SaidAs<T extends Said["type"]> = Extract<Said, { type: T }>;

/** The first `count` of the batch were told to the session. */
interface PassedTag extends LaneTag {
  readonly step: "passed";
  readonly count: number;
}

/** What users say in sessions: in order, one batch in flight for each session (M31). */
export class Sending implements MailboxFeature {
  readonly name = "sending";
  readonly #mailbox: Mailbox;
  readonly #forwarding: Forwarding;
  readonly #beforeSend: BeforeSend;
  readonly #outgoing = new Batcher<SessionId, Waiting>(MAX_FRAMES_PER_BATCH);

  constructor(mailbox: Mailbox, forwarding: Forwarding) {
    this.#mailbox = mailbox;
    this.#forwarding = forwarding;
    this.#beforeSend = new BeforeSend(mailbox, {
      pass: (batch) => this.#pass(batch),
      fail: ({ sessionId, waiting }, outcome) => this.#answer([...waiting, ...this.#outgoing.fail(sessionId)], outcome),
    });
  }

  readonly requests = {
    "msg.send": (owed: Owed, frame: MsgSend) => this.#outgoing.push(frame.sessionId, { owed, frame }),
    "msg.control": (owed: Owed, frame: SaidAs<"msg.control">) => this.#say(owed, frame, frame.op === "override"),
    "stream.open": (owed: Owed, frame: SaidAs<"stream.open">) => this.#say(owed, frame),
    "stream.close": (owed: Owed, frame: SaidAs<"stream.close">) => this.#say(owed, frame),
  };

  settle(): void {
    for (const [sessionId, waiting] of this.#outgoing.start()) {
      const hook = this.#beforeSend.hookOf(sessionId);
      if (hook === undefined) this.#pass({ sessionId, waiting });
      else this.#beforeSend.judge(hook, this.#laneOf({ sessionId, waiting }));
    }
  }

  /**
   * A batch of an earlier instance ends a lane of that instance, which is empty, and none of this one's (M31). What is not
   * passed on yet comes again: later messages may be on their way already from an instance that did not wait for it (M204).
   */
  replied(tag: MailboxTag, outcome: Outcome): void {
    const known = tag as JudgingTag | PassedTag; // SAFETY: this feature makes no other tags
    if (known.step === "passed") this.#passed(known, outcome);
    else if (known.lanes === this.#outgoing) this.#beforeSend.replied(known, outcome);
    else this.#refuse(known.waiting, "HOOK_UNANSWERED");
  }

  abandon(): void {
    this.#refuse(this.#outgoing.abandon(), "UNAVAILABLE");
  }

  /** What stores no message of its own waits only where the app wants to be asked about it (M230). */
  #say(owed: Owed, frame: Exclude<Said, MsgSend>, isContent = true): void {
    const waits = isContent && this.#beforeSend.hookOf(frame.sessionId) !== undefined;
    if (waits) this.#outgoing.push(frame.sessionId, { owed, frame });
    else this.#forwarding.forward(owed, frame);
  }

  /** Messages that follow each other go together, everything else alone. */
  #pass({ sessionId, waiting }: Batch): void {
    const { effects, app, me: by } = this.#mailbox;
    const items = itemsOf(waiting);
    const [first] = waiting;
    const call: SessionCall =
      first === undefined || items.length > 0
        ? { type: "append", sender: by, items }
        : { type: "request", by, frame: first.frame as Exclude<Said, MsgSend>, verdict: first.verdict }; // SAFETY: no item
    const count = Math.max(items.length, 1);
    const tag: PassedTag = { ...this.#laneOf({ sessionId, waiting }), step: "passed", count };
    effects.call(sessionRoom(app, sessionId), call, tag);
  }

  #passed({ sessionId, waiting, count, lanes }: PassedTag, outcome: Outcome): void {
    const [passed, rest] = [waiting.slice(0, count), waiting.slice(count)];
    if (!outcome.ok && isOver(passed, outcome)) {
      this.#answer([...passed, ...rest, ...lanes.fail(sessionId)], outcome);
      return;
    }
    for (const [index, one] of passed.entries()) this.#mailbox.desk.answer(one.owed, outcomeOf(one, outcome, index));
    if (rest.length === 0) lanes.done(sessionId);
    else if (lanes === this.#outgoing) this.#pass({ sessionId, waiting: rest });
    else this.#refuse(rest, "HOOK_UNANSWERED");
  }

  #laneOf(batch: Batch): LaneTag {
    return { feature: this.name, ...batch, lanes: this.#outgoing };
  }

  #refuse(waiting: readonly Waiting[], error: ErrorName): void {
    this.#answer(waiting, failed(new ParleyError(error)));
  }

  #answer(waiting: readonly Waiting[], outcome: Outcome): void {
    for (const { owed } of waiting) this.#mailbox.desk.answer(owed, outcome);
  }
}

/** The messages that the batch begins with. */
function itemsOf(waiting: readonly Waiting[]): AppendItem[] {
  const items: AppendItem[] = [];
  for (const { frame, verdict } of waiting) {
    if (frame.type !== "msg.send") break;
    const { type: _, sessionId: __, ...item } = frame;
    items.push(verdict === undefined ? item : { ...item, verdict });
  }
  return items;
}

/** Whether what follows must not pass what failed: a retry keeps the order then (M31). */
function isOver([first]: readonly Waiting[], outcome: Outcome & { ok: false }): boolean {
  return first?.frame.type === "msg.send" || !isRefusal(outcome);
}

function outcomeOf({ frame, verdict }: Waiting, outcome: Outcome, index: number): Outcome {
  if (!outcome.ok) return outcome;
  if (frame.type === "msg.send") {
    const results = outcome.value as AppendResult; // SAFETY: append answers with one result per item
    return results[index] ?? { ok: false, error: "SERVER_EXCEPTION", message: ERRORS.SERVER_EXCEPTION.message };
  }
  const isRefused = outcome.value === null && verdict?.kind === "refused";
  return isRefused ? failed(new ParleyError(verdict.error, verdict.detail)) : outcome;
}
