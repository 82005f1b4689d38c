import type { z } from "zod";
import { type BackoffPlan, backoffMs } from "../kernel/backoff.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/results.ts";
import type { UpFrame, UpType } from "../protocol/up.ts";
import type { Answer } from "./answer.ts";
import type { Environment } from "./environment.ts";
import type { Exchanges, OutgoingFrame } from "./exchanges.ts";

/** A request that has no answer after this fails with `SEND_TIMED_OUT`. Messages are not bound by it. */
const REQUEST_TIMEOUT_MS = 30_000;
const RETRY: BackoffPlan = { baseMs: 250, maxMs: 10_000 };

/** Ids as the plain strings that callers have; the server checks them. */
export type Plain<T> = T extends string & z.core.$brand
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Plain<T[Key]> }
      : T;

/** What a caller says of a request; the packId is the SDK's, unless a request is to be asked again later. */
export type Request<T extends UpType> = { readonly type: T; readonly packId?: string } & {
  readonly [Key in keyof Fields<T>]: Plain<Fields<T>[Key]>;
};
type Fields<T extends UpType> = Omit<Extract<UpFrame, { type: T }>, "packId" | "type">;

/** What messages are looked for. */
export type SearchQuery = Omit<Request<"search.messages">, "type" | "packId">;

export function retryDelayMs(environment: Environment, error: ParleyError, attempt: number): number {
  return Math.max(error.retryAfterMs ?? 0, backoffMs(RETRY, attempt, environment.random()));
}

/** Requests other than messages: asked again after errors that may pass, until the time is up. */
export class Requests {
  readonly #environment: Environment;
  readonly #exchanges: Exchanges;

  constructor(environment: Environment, exchanges: Exchanges) {
    this.#environment = environment;
    this.#exchanges = exchanges;
  }

  newPackId(): string {
    return this.#environment.newPackId();
  }

  /** Best effort: now or not at all, and nobody waits for the answer. */
  tell<T extends UpType>(request: Request<T>): void {
    this.#exchanges.tell(Object.assign({ packId: this.newPackId() }, request));
  }

  /**
   * Resolves with the result, rejects with `ParleyError`. `apply` sees the result at its place in the order of the
   * wire, before any frame that follows it.
   */
  async ask<T extends UpType>(request: Request<T>, apply?: (data: ResultOf<T>) => void): Promise<ResultOf<T>> {
    const { nowMs } = this.#environment;
    const frame = Object.assign({ packId: this.newPackId() }, request);
    const deadlineMs = nowMs() + REQUEST_TIMEOUT_MS;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#attempt(frame, deadlineMs - nowMs(), (data) => {
        apply?.(data as ResultOf<T>); // SAFETY: a success carries its type's result
      });
      if (answer.ok) return answer.data as ResultOf<T>; // SAFETY: as above
      const { error } = answer;
      const delayMs = retryDelayMs(this.#environment, error, attempt);
      const isFinal = error.errorName === "CLOSED" || error.errorName === "SEND_TIMED_OUT" || !error.retry;
      if (isFinal || nowMs() + delayMs >= deadlineMs) throw error;
      await new Promise<void>((resolve) => this.#exchanges.later(delayMs, resolve));
    }
  }

  #attempt(frame: OutgoingFrame, timeoutMs: number, apply: (data: unknown) => void): Promise<Answer> {
    return new Promise((resolve) => {
      const timedOut = { ok: false, error: new ParleyError("SEND_TIMED_OUT") } as const;
      const cancel = this.#environment.after(timeoutMs, () => this.#exchanges.settle(frame.packId, timedOut));
      this.#exchanges.begin([frame], ([answer = timedOut]) => {
        cancel();
        if (answer.ok) apply(answer.data);
        resolve(answer);
      });
    });
  }
}
