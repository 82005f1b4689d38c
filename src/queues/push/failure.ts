import { HttpFailure } from "../http.ts";
import type { PushOutcome } from "./provider.ts";

/** Thrown where a push ends early, by a credential that cannot be had for instance. */
export class PushFailure extends Error {
  readonly outcome: PushOutcome;

  constructor(outcome: PushOutcome, cause?: unknown) {
    super(outcome.kind, { cause });
    this.name = "PushFailure";
    this.outcome = outcome;
  }
}

/** What an exchange without an answer, or a push that ended early, comes to. Anything else is a fault of ours. */
export function outcomeOfFailure(error: unknown): PushOutcome {
  if (error instanceof PushFailure) return error.outcome;
  if (error instanceof HttpFailure) return { kind: "retry", reason: `http:${error.kind}` };
  throw error;
}
