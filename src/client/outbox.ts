import { contentFault } from "../protocol/content.ts";
import type { Content } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { MsgSendResult } from "../protocol/frames/message.ts";
import type { Answer } from "./answer.ts";
import type { Environment } from "./environment.ts";
import type { Exchanges } from "./exchanges.ts";
import { retryDelayMs } from "./requests.ts";

/** Messages that may wait for their ack; one more is refused with `TOO_MANY_PENDING`. */
export const MAX_OUTBOX_MESSAGES = 10_000;
/** A batch is one WebSocket message well below the server's bound. */
const MAX_BATCH_MESSAGES = 64;
const MAX_BATCH_CHARS = 262_144;

export interface OutgoingMessage {
  readonly sessionId: string;
  readonly contentType: number;
  readonly content: Content;
  readonly packId: string;
}

interface Waiting {
  readonly message: OutgoingMessage;
  readonly chars: number;
  readonly resolve: (result: MsgSendResult) => void;
  readonly reject: (error: ParleyError) => void;
}

/** A batch that is answered to the last message. */
interface Ended {
  readonly sessionId: string;
  readonly lane: Lane;
  readonly batch: readonly Waiting[];
  readonly failed: ReadonlyMap<Waiting, ParleyError>;
}

interface Lane {
  waiting: Waiting[];
  isBusy: boolean;
  failures: number;
}

/**
 * Messages on their way. Per session one batch is in flight; what must be tried again goes before what waits, so
 * that the order of sending is the order of the log under every failure.
 */
export class Outbox {
  readonly #environment: Environment;
  readonly #exchanges: Exchanges;
  readonly #lanes = new Map<string, Lane>();
  #size = 0;

  constructor(environment: Environment, exchanges: Exchanges) {
    this.#environment = environment;
    this.#exchanges = exchanges;
  }

  /** Resolves when the message is durable. Rejects with `ParleyError` when it cannot be, or the client is closed. */
  send(message: OutgoingMessage): Promise<MsgSendResult> {
    const fault = contentFault(message.content);
    if (fault !== undefined) return Promise.reject(new ParleyError(fault));
    if (this.#size >= MAX_OUTBOX_MESSAGES) return Promise.reject(new ParleyError("TOO_MANY_PENDING"));
    this.#size += 1;
    const chars = JSON.stringify(message.content).length;
    return new Promise((resolve, reject) => {
      const lane = this.#lane(message.sessionId);
      lane.waiting.push({ message, chars, resolve, reject });
      // The next microtask, so that messages sent together are one batch.
      if (lane.waiting.length === 1 && !lane.isBusy) this.#startSoon(message.sessionId, lane);
    });
  }

  #lane(sessionId: string): Lane {
    let lane = this.#lanes.get(sessionId);
    if (lane === undefined) {
      lane = { waiting: [], isBusy: false, failures: 0 };
      this.#lanes.set(sessionId, lane);
    }
    return lane;
  }

  #startSoon(sessionId: string, lane: Lane): void {
    lane.isBusy = true;
    queueMicrotask(() => this.#start(sessionId, lane));
  }

  #start(sessionId: string, lane: Lane): void {
    const batch = lane.waiting.splice(0, sizeOfBatch(lane.waiting));
    const failed = new Map<Waiting, ParleyError>();
    let unanswered = batch.length;
    for (const waiting of batch) {
      this.#exchanges.begin({ type: "msg.send", ...waiting.message }, (answer) => {
        if (!answer.ok && mayPass(answer.error)) failed.set(waiting, answer.error);
        else this.#finish(waiting, answer);
        unanswered -= 1;
        if (unanswered === 0) this.#next({ sessionId, lane, batch, failed });
      });
    }
  }

  #finish(waiting: Waiting, answer: Answer): void {
    this.#size -= 1;
    if (answer.ok)
      waiting.resolve(answer.data as MsgSendResult); // SAFETY: the result of msg.send
    else waiting.reject(answer.error);
  }

  #next({ sessionId, lane, batch, failed }: Ended): void {
    const [error] = failed.values();
    if (error === undefined) {
      lane.failures = 0;
      if (lane.waiting.length > 0) this.#startSoon(sessionId, lane);
      else this.#lanes.delete(sessionId);
      return;
    }
    // In the order of sending, which need not be that of the answers.
    lane.waiting.unshift(...batch.filter((waiting) => failed.has(waiting)));
    lane.failures += 1;
    const delayMs = retryDelayMs(this.#environment, error, lane.failures);
    this.#environment.after(delayMs, () => this.#start(sessionId, lane));
  }
}

function mayPass(error: ParleyError): boolean {
  return error.retry && error.errorName !== "CLOSED";
}

/** How many of the waiting messages go together: at least one. */
function sizeOfBatch(waiting: readonly Waiting[]): number {
  let chars = 0;
  let size = 0;
  for (const { chars: own } of waiting.slice(0, MAX_BATCH_MESSAGES)) {
    chars += own;
    if (size > 0 && chars > MAX_BATCH_CHARS) break;
    size += 1;
  }
  return size;
}
