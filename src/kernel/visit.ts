import { CLOSE } from "../protocol/close-codes.ts";
import type { DownFrame } from "../protocol/down.ts";
import { ERRORS, type ErrorName, errorNameOf, ParleyError } from "../protocol/errors.ts";
import { failed, type Outcome } from "../protocol/rpc/outcome.ts";
import type { ConnectionState } from "./ports.ts";

/** Who visits: a request that comes over HTTP and not through one of the user's sockets. */
export type VisitorState = ConnectionState & { readonly phase: "visiting" };

/** Whether a server key asks in the name of the user, who may be anywhere or nowhere. */
export function isServerVisit({ phase, tokenId }: ConnectionState): boolean {
  return phase === "visiting" && tokenId === "";
}

/** One request to a mailbox without a socket: of what the room sends, its response is the answer. */
export class Visit {
  readonly answer: Promise<Outcome>;
  readonly #resolve: (outcome: Outcome) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.answer = promise;
    this.#resolve = resolve;
  }

  take(frame: DownFrame): void {
    if (frame.type === "ack" && frame.code === 0) this.#resolve({ ok: true, value: frame.data });
    else if (frame.type === "ack") this.#resolve(refusedBy(frame));
  }

  /** Without an answer before it, the code says why there is none. */
  closed(code: number): void {
    this.#resolve(failed(new ParleyError(reasonOf(code))));
  }
}

function refusedBy({ code, message, retryAfterMs }: DownFrame & { type: "ack" }): Outcome {
  const error = errorNameOf(code) ?? "SERVER_EXCEPTION";
  return { ok: false, error, message: message ?? ERRORS[error].message, retryAfterMs };
}

function reasonOf(code: number): ErrorName {
  if (code === CLOSE.USER_BANNED) return "USER_BANNED";
  if (code === CLOSE.APP_SUSPENDED) return "APP_SUSPENDED";
  if (code === CLOSE.TOKEN_EXPIRED) return "TOKEN_EXPIRED";
  return code === CLOSE.TOKEN_REVOKED ? "TOKEN_REVOKED" : "UNAVAILABLE";
}
