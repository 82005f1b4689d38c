import { decideCallOf, hookOf, verdictsIn } from "../../kernel/before-send.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { MessageEntry } from "../../protocol/entry.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { BeforeSend as Hook } from "../../protocol/rpc/app-settings.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Mailbox } from "./feature.ts";
import type { Batch, LaneTag, Waiting } from "./lane.ts";
import { asSeen, type ShownSaid, shownOf } from "./said.ts";

/** The session was asked what the streams say that end with the batch. */
interface ReadTag extends LaneTag {
  readonly step: "read";
  readonly hook: Hook;
}

/** The app was asked about those of the batch that have something to show. */
interface AskedTag extends LaneTag {
  readonly step: "asked";
  readonly hook: Hook;
  readonly shown: readonly (ShownSaid | undefined)[];
}

export type JudgingTag = ReadTag | AskedTag;

/** Where a batch goes when the app has decided, or cannot be asked about it. */
interface Ends {
  readonly pass: (batch: Batch) => void;
  readonly fail: (batch: Batch, outcome: Outcome) => void;
}

/** Asks the app, when it wants to be asked, what is to become of what a user says before it is stored. */
export class BeforeSend {
  readonly #mailbox: Mailbox;
  readonly #ends: Ends;

  constructor(mailbox: Mailbox, ends: Ends) {
    this.#mailbox = mailbox;
    this.#ends = ends;
  }

  /** Whom this session waits for. */
  hookOf(sessionId: SessionId): Hook | undefined {
    return hookOf(this.#mailbox.settings(), sessionId);
  }

  judge(hook: Hook, lane: LaneTag): void {
    const seqIds = lane.waiting.flatMap(({ frame }) => (frame.type === "stream.close" ? frame.seqId : []));
    if (seqIds.length === 0) {
      this.#ask(hook, lane, []);
      return;
    }
    const { app, me, effects } = this.#mailbox;
    const tag: ReadTag = { ...lane, step: "read", hook };
    effects.call(sessionRoom(app, lane.sessionId), { type: "streams", userId: me, seqIds }, tag);
  }

  replied(tag: JudgingTag, outcome: Outcome): void {
    if (tag.step === "asked") this.#ends.pass({ ...tag, waiting: judged(tag, outcome) });
    else if (outcome.ok)
      this.#ask(tag.hook, tag, outcome.value as MessageEntry[]); // SAFETY: what `streams` answers with
    else this.#ends.fail(tag, outcome);
  }

  #ask(hook: Hook, lane: LaneTag, streams: readonly MessageEntry[]): void {
    const { app, me: from, clock, effects } = this.#mailbox;
    const { sessionId, waiting } = lane;
    const shown = waiting.map(({ frame }) => shownOf(frame, streams));
    const messages = shown.filter((one) => one !== undefined);
    if (messages.length === 0) {
      this.#ends.pass(lane);
      return;
    }
    const tag: AskedTag = { ...lane, step: "asked", hook, shown };
    const question = { app, from, about: { sessionId }, messages };
    effects.call("@hook", decideCallOf(hook, question, clock.nowMs()), tag);
  }
}

/** The batch with what was decided about each that was shown. */
function judged({ hook, waiting, shown }: AskedTag, outcome: Outcome): Waiting[] {
  const verdicts = verdictsIn(outcome, hook, shown.filter((one) => one !== undefined).length);
  return waiting.map((one, index) => {
    const what = shown[index];
    return what === undefined ? one : { ...one, verdict: asSeen(one.frame, what, verdicts.shift()) };
  });
}
