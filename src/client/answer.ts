import type { AckFrame } from "../protocol/down.ts";
import { CODE_OK, ERRORS, errorNameOf, ParleyError } from "../protocol/errors.ts";

/** How a request ended. */
export type Answer = { readonly ok: true; readonly data: AckFrame["data"] } | Failed;
export interface Failed {
  readonly ok: false;
  readonly error: ParleyError;
}

/** What an ack says. A code that this version does not know is not retried. */
export function answerOf(ack: AckFrame): Answer {
  if (ack.code === CODE_OK) return { ok: true, data: ack.data };
  const name = errorNameOf(ack.code);
  if (name === undefined) {
    return { ok: false, error: new ParleyError("SERVER_EXCEPTION", `code ${ack.code}: ${ack.message}`) };
  }
  const detail = ack.message?.slice(ERRORS[name].message.length + 2) || undefined;
  const { retryAfterMs } = ack;
  return { ok: false, error: new ParleyError(name, detail, retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
