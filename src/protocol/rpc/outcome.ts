import { ERRORS, type ErrorName, ParleyError } from "../errors.ts";

/** How a call between rooms ended. Plain data, because it crosses processes. */
export type Outcome<T = unknown> = { readonly ok: true; readonly value: T } | Failure;

export interface Failure {
  readonly ok: false;
  readonly error: ErrorName;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** The coded failure for anything thrown. What was not thrown on purpose says nothing about its insides. */
export function failed(thrown: unknown): Failure {
  if (thrown instanceof ParleyError) {
    return { ok: false, error: thrown.errorName, message: thrown.message, retryAfterMs: thrown.retryAfterMs };
  }
  return { ok: false, error: "SERVER_EXCEPTION", message: ERRORS.SERVER_EXCEPTION.message };
}

/** A decision of the room, which asking again would not change. A fault of ours is none. */
export function isRefusal({ error }: Failure): boolean {
  const { definite, retry } = ERRORS[error];
  return definite && !retry && error !== "SERVER_EXCEPTION";
}

/** The value, or the coded error as an exception. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const detail = outcome.message.slice(ERRORS[outcome.error].message.length + 2);
  throw new ParleyError(outcome.error, detail === "" ? undefined : detail, {
    ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
  });
}
