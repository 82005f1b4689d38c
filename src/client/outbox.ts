import { contentFault } from "../protocol/content.ts";
import type { Content } from "../protocol/content-type.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { MsgSendResult } from "../protocol/frames/message.ts";
import type { Answer } from "./answer.ts";
import type { Environment } from "./environment.ts";
import type { Exchanges } from "./exchanges.ts";
import { type Request, retryDelayMs } from "./requests.ts";

/** Messages that may wait for their ack; one more is refused with `TOO_MANY_PENDING`. */
export const MAX_OUTBOX_MESSAGES = 10_000;
/** A batch is one WebSocket message well below the server's bound. */
const MAX_BATCH_MESSAGES = 64;
const MAX_BATCH_CHARS = 262_144;

/**
 * What may be said of a message besides its content: `contentType` (1, text), `replyTo`, `mentions`, `forwarded`, `priority`,
 * `uncounted`, `push`, `ttlMs`; and the `packId`, under which it is stored once however often it is sent.
 */
export type SendOptions = Partial<Omit<Request<"msg.send">, "type" | "sessionId" | "content">>;

export interface OutgoingMessage extends SendOptions {
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

interface Retry {
  readonly sessionId: string;
  readonly lane: Lane;
  readonly failed: readonly Waiting[];
  readonly error: ParleyError;
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
  /** By packId: what is not done with. */
  readonly #unsettled = new Map<string, { readonly sessionId: string; readonly sent: Promise<MsgSendResult> }>();

  constructor(environment: Environment, exchanges: Exchanges) {
    this.#environment = environment;
    this.#exchanges = exchanges;
  }

  /**
   * Resolves when the message is durable. Rejects with `ParleyError` when it cannot be, or the client is closed. A packId
   * that waits already is the same message: it is sent once, and both have its result.
   */
  send(message: OutgoingMessage): Promise<MsgSendResult> {
    const fault = contentFault(message.content);
    if (fault !== undefined) return Promise.reject(new ParleyError(fault));
    const twin = this.#unsettled.get(message.packId);
    if (twin?.sessionId === message.sessionId) return twin.sent;
    if (twin !== undefined)
      return Promise.reject(new ParleyError("BAD_PARAMETER", "the packId waits in another session"));
    if (this.#unsettled.size >= MAX_OUTBOX_MESSAGES) return Promise.reject(new ParleyError("TOO_MANY_PENDING"));
    const sent = this.#enqueue(message);
    this.#unsettled.set(message.packId, { sessionId: message.sessionId, sent });
    return sent;
  }

  #enqueue(message: OutgoingMessage): Promise<MsgSendResult> {
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
    const frames = batch.map(({ message }) => ({ type: "msg.send", ...message }));
    this.#exchanges.begin(frames, (answers) => {
      const failed = batch.filter((waiting, index) => !this.#finish(waiting, answers[index]));
      const [error] = answers.flatMap((answer) => (!answer.ok && mayPass(answer.error) ? [answer.error] : []));
      if (error === undefined) this.#next(sessionId, lane);
      else this.#retry({ sessionId, lane, failed, error });
    });
  }

  /** Whether the message is done with. */
  #finish({ message, resolve, reject }: Waiting, answer: Answer | undefined): boolean {
    if (answer === undefined || (!answer.ok && mayPass(answer.error))) return false;
    this.#unsettled.delete(message.packId);
    if (answer.ok)
      resolve(answer.data as MsgSendResult); // SAFETY: the result of msg.send
    else reject(answer.error);
    return true;
  }

  #next(sessionId: string, lane: Lane): void {
    lane.failures = 0;
    if (lane.waiting.length > 0) this.#startSoon(sessionId, lane);
    else this.#lanes.delete(sessionId);
  }

  /** Later, before everything that waits. */
  #retry({ sessionId, lane, failed, error }: Retry): void {
    lane.waiting.unshift(...failed);
    lane.failures += 1;
    const delayMs = retryDelayMs(this.#environment, error, lane.failures);
    this.#exchanges.later(delayMs, () => this.#start(sessionId, lane));
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
