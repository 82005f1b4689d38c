import type { Failure, Outcome } from "../protocol/rpc/outcome.ts";
import type { Errand } from "./courier-store.ts";

/** What becomes of the errands of one kind. Called in whichever instance the answer reaches. */
export interface ErrandHandler {
  /** The room did it, or refused for good; it is not asked again. */
  answered(errand: Errand, outcome: Outcome): void;
  /** The room could not be asked. It will be asked again. */
  delayed?(errand: Errand, failure: Failure): void;
}

/** Calls to other rooms and to services that must not be lost. */
export interface Errands {
  /** Hands the answers to errands of this kind to their feature. */
  on(kind: string, handler: ErrandHandler): void;
  /** To be made until the room has answered; it replaces an older one of the same room, kind and key that waits. */
  post(errand: Errand): void;
  /** Whether there is no answer yet to what was posted last. If so, it is seen to at once. */
  isWaiting(errand: Omit<Errand, "call">): boolean;
}
