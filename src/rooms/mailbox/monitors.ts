import type { Connection } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { SessionId } from "../../protocol/ids.ts";
import type { MailboxCall } from "../../protocol/rpc/mailbox-call.ts";
import { failed } from "../../protocol/rpc/outcome.ts";
import type { FrameOf } from "../../protocol/up.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import { ObservationStore } from "./observation-store.ts";
import { deviceOf, Observing, type Told } from "./observing.ts";

type ObservedCall = MailboxCall & { type: "observed" };

/** Sessions that the user follows without being a member: shown to those of their devices whose token has the scope. */
export class Monitors implements MailboxFeature {
  readonly name = "monitors";
  readonly #mailbox: Mailbox;
  readonly #store: ObservationStore;
  readonly #observing: Observing;
  /** Requests that the session has not answered, by the version of the start or end. */
  readonly #waiting = new Map<number, Owed[]>();

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new ObservationStore(mailbox.sql);
    this.#observing = new Observing(mailbox, this.#store, (told) => this.#told(told));
  }

  readonly requests = {
    "monitor.start": (owed: Owed, { sessionId }: FrameOf<"monitor.start">) => {
      this.#requireRight(owed);
      const known = this.#store.find(sessionId);
      if (known?.state === "open") this.#answer(owed, known.sinceSeqId);
      else if (known?.state === "starting" && this.#observing.isWaiting(known)) this.#wait(owed, known.version);
      else this.#wait(owed, this.#observing.start(sessionId, owed.connection.state));
    },
    "monitor.stop": (owed: Owed, { sessionId }: FrameOf<"monitor.stop">) => {
      this.#requireRight(owed);
      const known = this.#store.find(sessionId);
      if (known === undefined) this.#answer(owed, 0);
      else if (known.state === "ending" && this.#observing.isWaiting(known)) this.#wait(owed, known.version);
      else {
        const device = deviceOf(owed.connection.state);
        this.#wait(owed, this.#observing.end(sessionId, { event: "stopped", device }));
      }
    },
    "monitor.sync": (owed: Owed) => {
      this.#requireRight(owed);
      const sessions = this.#store.all().flatMap((one) => {
        if (one.state !== "open") return [];
        const { sessionId, sinceSeqId, lastSeqId } = one;
        return { sessionId, sinceSeqId, lastSeqId };
      });
      this.#mailbox.desk.answer(owed, { ok: true, value: { sessions } });
    },
  };

  readonly calls = { observed: (call: ObservedCall): null => this.#observed(call) };

  opened(connection: Connection): void {
    this.#observing.opened(connection);
  }

  /** These tokens were taken back. */
  revoked(tokenIds: readonly string[]): void {
    this.#observing.revoked(tokenIds);
  }

  erase(): void {
    this.#observing.erase();
  }

  alarm(): void {
    this.#observing.alarm();
  }

  abandon(): void {
    const outcome = failed(new ParleyError("UNAVAILABLE"));
    for (const version of [...this.#waiting.keys()]) this.#told({ version, outcome });
  }

  #observed({ observation, frame }: ObservedCall): null {
    const known = this.#store.find(frame.sessionId);
    if (known === undefined) this.#observing.disown(frame.sessionId as SessionId, observation); // SAFETY: from the session's room
    if (known?.version !== observation || known.state === "ending") return null;
    const old = known.state === "open" ? known : undefined;
    const entries = frame.entries.filter(({ seqId }) => seqId > (old?.lastSeqId ?? 0));
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return null;
    const isOver = entries.some((entry) => entry.kind === "notice" && entry.notice.event === "dismissed");
    const sinceSeqId = old?.sinceSeqId ?? first.seqId - 1;
    if (isOver) this.#store.delete(known.sessionId);
    else this.#store.put({ ...known, state: "open", sinceSeqId, lastSeqId: last.seqId });
    const { effects, desk } = this.#mailbox;
    const seeing = desk.live().filter(({ state }) => this.#observing.maySee(state));
    effects.send(seeing, entries.length === frame.entries.length ? frame : { ...frame, entries });
    return null;
  }

  #requireRight({ connection }: Owed): void {
    if (!this.#observing.maySee(connection.state))
      throw new ParleyError("ACCESS_DENIED", "the scope observe is needed");
  }

  #answer(owed: Owed, seqId: number): void {
    this.#mailbox.desk.answer(owed, { ok: true, value: { seqId } });
  }

  #wait(owed: Owed, version: number): void {
    const waiting = this.#waiting.get(version);
    if (waiting === undefined) this.#waiting.set(version, [owed]);
    else waiting.push(owed);
  }

  #told({ version, outcome }: Told): void {
    for (const owed of this.#waiting.get(version) ?? []) this.#mailbox.desk.answer(owed, outcome);
    this.#waiting.delete(version);
  }
}
