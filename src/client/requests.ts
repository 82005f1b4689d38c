import type { z } from "zod";
import { type BackoffPlan, backoffMs } from "../kernel/backoff.ts";
import type { AckFrame, ResultOf } from "../protocol/down.ts";
import { CODE_OK, ERRORS, errorNameOf, ParleyError } from "../protocol/errors.ts";
import type { UpFrame, UpType } from "../protocol/up.ts";
import type { Environment } from "./environment.ts";
import type { Exchanges } from "./exchanges.ts";

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

/** What a caller says of a request; the packId is the SDK's. */
export type Request<T extends UpType> = Plain<Omit<Extract<UpFrame, { type: T }>, "packId">> & { readonly type: T };

/** The coded error of an ack, `undefined` for success. A code that this version does not know is not retried. */
export function errorOf(ack: AckFrame): ParleyError | undefined {
  if (ack.code === CODE_OK) return undefined;
  const name = errorNameOf(ack.code);
  if (name === undefined) return new ParleyError("SERVER_EXCEPTION", `code ${ack.code}: ${ack.message}`);
  const detail = ack.message?.slice(ERRORS[name].message.length + 2) || undefined;
  return new ParleyError(name, detail, ack.retryAfterMs === undefined ? {} : { retryAfterMs: ack.retryAfterMs });
}

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

  /**
   * Resolves with the result, rejects with `ParleyError`. `apply` sees the result at its place in the order of the
   * wire, before any frame that follows it.
   */
  async ask<T extends UpType>(request: Request<T>, apply?: (data: ResultOf<T>) => void): Promise<ResultOf<T>> {
    const { newPackId, after, nowMs } = this.#environment;
    const frame = { ...(request as object), packId: newPackId() };
    const deadlineMs = nowMs() + REQUEST_TIMEOUT_MS;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(frame, deadlineMs - nowMs(), apply);
      if (!(outcome instanceof ParleyError)) return outcome;
      const delayMs = retryDelayMs(this.#environment, outcome, attempt);
      const isFinal = outcome.errorName === "CLOSED" || outcome.errorName === "SEND_TIMED_OUT" || !outcome.retry;
      if (isFinal || nowMs() + delayMs >= deadlineMs) throw outcome;
      await new Promise<void>((resolve) => void after(delayMs, resolve));
    }
  }

  #attempt<T extends UpType>(
    frame: { readonly packId: string },
    timeoutMs: number,
    apply: ((data: ResultOf<T>) => void) | undefined,
  ): Promise<ResultOf<T> | ParleyError> {
    return new Promise((resolve) => {
      const timedOut = () => this.#exchanges.settle(frame.packId, new ParleyError("SEND_TIMED_OUT"));
      const cancel = this.#environment.after(timeoutMs, timedOut);
      this.#exchanges.begin(frame, (outcome) => {
        cancel();
        const error = outcome instanceof ParleyError ? outcome : errorOf(outcome);
        const data = outcome instanceof ParleyError ? undefined : (outcome.data as ResultOf<T>); // SAFETY: checked by code
        if (error === undefined && data !== undefined) apply?.(data);
        resolve(error ?? (data as ResultOf<T>)); // SAFETY: a success carries its type's result
      });
    });
  }
}
