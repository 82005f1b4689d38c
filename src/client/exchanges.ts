import { ParleyError } from "../protocol/errors.ts";
import { MAX_FRAME_BYTES, MAX_FRAMES_PER_BATCH } from "../protocol/limits.ts";
import type { Answer, Failed } from "./answer.ts";
import type { Environment } from "./environment.ts";

/** An open connection that owes an answer for this long is asked again, under the same packIds. */
const REPEAT_AFTER_MS = 15_000;
const CHECK_INTERVAL_MS = 5_000;

export interface OutgoingFrame {
  readonly type: string;
  readonly packId: string;
  readonly [field: string]: unknown;
}

/** Called once, with one answer per frame: what the server's ack says, or why there will be none. */
export type Settle = (answers: readonly Answer[]) => void;

/** Requests that travel in one WebSocket message and end together. */
interface Volley {
  readonly texts: ReadonlyMap<string, string>;
  readonly answers: Map<string, Answer>;
  readonly settle: Settle;
  sentAtMs: number;
}

/**
 * Requests on the wire. Each is sent again after a reconnect, under the same packId, until it has its one ack. Of a
 * volley that was answered in part, what failed goes again together with what was not answered, in the first order:
 * otherwise a later message could pass an earlier one.
 */
export class Exchanges {
  readonly #environment: Environment;
  readonly #write: (message: string) => void;
  readonly #pending = new Map<string, Volley>();
  #isOnline = false;
  #outgoing: string[][] = [];
  #cancelCheck: (() => void) | undefined;
  /** What waits for its next try, with the end of its timer. */
  readonly #later = new Map<() => void, () => void>();
  #closed: Failed | undefined;

  /** `write` sends one WebSocket message, or drops it when there is no connection. */
  constructor(environment: Environment, write: (message: string) => void) {
    this.#environment = environment;
    this.#write = write;
  }

  /** Sends requests, at once or when the client is online; together they must fit into one WebSocket message. */
  begin(frames: readonly OutgoingFrame[], settle: Settle): void {
    const texts = new Map(frames.map((frame) => [frame.packId, JSON.stringify(frame)]));
    const tooLong = { ok: false, error: new ParleyError("TOO_LONG") } as const;
    if (this.#closed !== undefined) settle(frames.map(() => this.#closed ?? tooLong));
    else if (joined([[...texts.values()]]).some((message) => message.length > MAX_FRAME_BYTES)) {
      settle(frames.map(() => tooLong));
    } else {
      const volley = { texts, answers: new Map(), settle, sentAtMs: 0 };
      for (const packId of texts.keys()) this.#pending.set(packId, volley);
      if (this.#isOnline) this.#send(volley);
      this.#cancelCheck ??= this.#environment.after(CHECK_INTERVAL_MS, () => this.#check());
    }
  }

  /** Sends the sync, which precedes being online and dies with its connection. */
  beginSync(frame: OutgoingFrame, settle: (answer: Answer) => void): void {
    const settleOne: Settle = ([answer]) => {
      if (answer !== undefined) settle(answer);
    };
    const texts = new Map([[frame.packId, ""]]);
    this.#pending.set(frame.packId, { texts, answers: new Map(), settle: settleOne, sentAtMs: 0 });
    this.#write(JSON.stringify(frame));
  }

  /** Sends a request that is not worth a second try, if the client is online. */
  tell(frame: OutgoingFrame): void {
    if (this.#isOnline) this.#write(JSON.stringify(frame));
  }

  /** An answer: from an ack, or from this side. One that nobody waits for was given before. */
  settle(packId: string, answer: Answer): void {
    const volley = this.#pending.get(packId);
    if (volley === undefined || volley.answers.has(packId)) return;
    volley.answers.set(packId, answer);
    if (volley.answers.size < volley.texts.size) return;
    const answers = [...volley.texts.keys()].map((id) => volley.answers.get(id) ?? answer);
    for (const id of volley.texts.keys()) this.#pending.delete(id);
    volley.settle(answers);
  }

  /** Runs once: after `delayMs`, or at once when this closes. */
  later(delayMs: number, run: () => void): void {
    if (this.#closed !== undefined) run();
    else {
      const once = (): void => {
        if (this.#later.delete(once)) run();
      };
      this.#later.set(once, this.#environment.after(delayMs, once));
    }
  }

  forget(packId: string): void {
    this.#pending.delete(packId);
  }

  online(): void {
    this.#isOnline = true;
    for (const volley of new Set(this.#pending.values())) this.#send(volley);
  }

  offline(): void {
    this.#isOnline = false;
    this.#outgoing = [];
  }

  /** Everything unanswered fails with `error`, now and later. */
  close(error: ParleyError): void {
    const failed = { ok: false, error } as const;
    this.#closed = failed;
    this.#cancelCheck?.();
    for (const packId of [...this.#pending.keys()]) this.settle(packId, failed);
    for (const [run, cancel] of [...this.#later]) {
      cancel();
      run();
    }
  }

  /** What leaves in one microtask leaves together. */
  #send(volley: Volley): void {
    volley.sentAtMs = this.#environment.nowMs();
    for (const [packId, answer] of volley.answers) {
      if (!answer.ok && answer.error.retry) volley.answers.delete(packId);
    }
    const texts = [...volley.texts].filter(([packId]) => !volley.answers.has(packId)).map(([, text]) => text);
    if (this.#outgoing.push(texts) > 1) return;
    queueMicrotask(() => {
      const volleys = this.#outgoing;
      this.#outgoing = [];
      for (const message of joined(volleys)) this.#write(message);
    });
  }

  #check(): void {
    this.#cancelCheck = undefined;
    if (this.#pending.size === 0) return;
    const overdueMs = this.#environment.nowMs() - REPEAT_AFTER_MS;
    for (const volley of new Set(this.#pending.values())) {
      if (this.#isOnline && volley.sentAtMs <= overdueMs) this.#send(volley);
    }
    this.#cancelCheck = this.#environment.after(CHECK_INTERVAL_MS, () => this.#check());
  }
}

/** As few WebSocket messages as the server's limits allow; a volley is never divided. */
function joined(volleys: readonly (readonly string[])[]): string[] {
  const messages: string[] = [];
  let batch: string[] = [];
  let length = 1;
  const finish = (): void => {
    const [first = ""] = batch;
    if (batch.length > 0) messages.push(batch.length === 1 ? first : `[${batch.join(",")}]`);
    batch = [];
    length = 1;
  };
  for (const texts of volleys) {
    const own = texts.reduce((sum, text) => sum + text.length + 1, 0);
    if (batch.length + texts.length > MAX_FRAMES_PER_BATCH || length + own > MAX_FRAME_BYTES) finish();
    batch.push(...texts);
    length += own;
  }
  finish();
  return messages;
}
