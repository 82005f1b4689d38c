import { ParleyError } from "../protocol/errors.ts";
import { MAX_FRAME_BYTES, MAX_FRAMES_PER_BATCH } from "../protocol/limits.ts";
import type { Answer, Failed } from "./answer.ts";
import type { Environment } from "./environment.ts";

/** An open connection that owes an answer for this long is asked again, under the same packId. */
const REPEAT_AFTER_MS = 15_000;
const CHECK_INTERVAL_MS = 5_000;

/** Called once: with what the server's ack says, or with why there will be none. */
export type Settle = (answer: Answer) => void;

export interface OutgoingFrame {
  readonly type: string;
  readonly packId: string;
  readonly [field: string]: unknown;
}

interface Pending {
  readonly text: string;
  readonly settle: Settle;
  sentAtMs: number;
}

/** Requests on the wire: each is sent again after a reconnect, under the same packId, until it has its one ack. */
export class Exchanges {
  readonly #environment: Environment;
  readonly #write: (message: string) => void;
  readonly #pending = new Map<string, Pending>();
  #isOnline = false;
  #outgoing: string[] = [];
  #cancelCheck: (() => void) | undefined;
  #closed: Failed | undefined;

  /** `write` sends one WebSocket message, or drops it when there is no connection. */
  constructor(environment: Environment, write: (message: string) => void) {
    this.#environment = environment;
    this.#write = write;
  }

  /** Sends a request, at once or when the client is online. */
  begin(frame: OutgoingFrame, settle: Settle): void {
    const text = JSON.stringify(frame);
    if (this.#closed !== undefined) settle(this.#closed);
    else if (text.length > MAX_FRAME_BYTES) settle({ ok: false, error: new ParleyError("TOO_LONG") });
    else {
      const pending = { text, settle, sentAtMs: 0 };
      this.#pending.set(frame.packId, pending);
      if (this.#isOnline) this.#send(pending);
      this.#cancelCheck ??= this.#environment.after(CHECK_INTERVAL_MS, () => this.#check());
    }
  }

  /** Sends the sync, which precedes being online and dies with its connection. */
  beginSync(frame: OutgoingFrame, settle: Settle): void {
    this.#pending.set(frame.packId, { text: "", settle, sentAtMs: 0 });
    this.#write(JSON.stringify(frame));
  }

  /** Ends a request: with what its ack says, or from this side. One that is not known was answered before. */
  settle(packId: string, answer: Answer): void {
    const pending = this.#pending.get(packId);
    this.#pending.delete(packId);
    pending?.settle(answer);
  }

  forget(packId: string): void {
    this.#pending.delete(packId);
  }

  online(): void {
    this.#isOnline = true;
    for (const pending of this.#pending.values()) this.#send(pending);
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
  }

  /** Frames of one microtask leave together. */
  #send(pending: Pending): void {
    pending.sentAtMs = this.#environment.nowMs();
    if (this.#outgoing.push(pending.text) > 1) return;
    queueMicrotask(() => {
      const texts = this.#outgoing;
      this.#outgoing = [];
      for (const message of joined(texts)) this.#write(message);
    });
  }

  #check(): void {
    this.#cancelCheck = undefined;
    if (this.#pending.size === 0) return;
    const overdueMs = this.#environment.nowMs() - REPEAT_AFTER_MS;
    for (const pending of this.#pending.values()) {
      if (this.#isOnline && pending.sentAtMs <= overdueMs) this.#send(pending);
    }
    this.#cancelCheck = this.#environment.after(CHECK_INTERVAL_MS, () => this.#check());
  }
}

/** As few WebSocket messages as the server's limits allow, in order. */
function joined(texts: readonly string[]): string[] {
  const messages: string[] = [];
  let batch: string[] = [];
  let length = 0;
  const finish = (): void => {
    const [first = ""] = batch;
    if (batch.length > 0) messages.push(batch.length === 1 ? first : `[${batch.join(",")}]`);
    batch = [];
    length = 1;
  };
  finish();
  for (const text of texts) {
    if (batch.length === MAX_FRAMES_PER_BATCH || length + text.length + 1 > MAX_FRAME_BYTES) finish();
    batch.push(text);
    length += text.length + 1;
  }
  finish();
  return messages;
}
