import type { RoomPolicy } from "../../kernel/policy.ts";
import { TokenBucket } from "../../kernel/token-bucket.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { MAX_PENDING_REQUESTS } from "../../protocol/limits.ts";

const MAX_REFUSED_IN_A_ROW = 1_000;
/** Once refused, everything is refused for this long, so that of a batch never a later message passes an earlier one. */
const MIN_PAUSE_MS = 100;
/** After as many refusals in a row as no client makes that heeds them, the pause is longer: one that floods is seen as such however slow the machine is. */
const REFUSED_BEFORE_LONG_PAUSE = 256;
const LONG_PAUSE_MS = 2_000;

/** What one connection may ask. Kept in memory: a connection that slept starts with a full allowance. */
export class RequestGate {
  readonly #bucket: TokenBucket;
  #pending = 0;
  #refusedInARow = 0;
  #pausedUntilMs = 0;

  constructor(policy: RoomPolicy, nowMs: number) {
    this.#bucket = new TokenBucket(policy.requestsPerSecond, policy.requestBurst, nowMs);
  }

  /** Lets a request in, which must be `leave`d with its response, or says why not. */
  enter(nowMs: number): ParleyError | undefined {
    const retryAfterMs = this.#waitMs(nowMs);
    if (retryAfterMs > 0) {
      this.#refusedInARow += 1;
      if (this.#refusedInARow === REFUSED_BEFORE_LONG_PAUSE) this.#pausedUntilMs = nowMs + LONG_PAUSE_MS;
      return new ParleyError("RATE_LIMITED", undefined, { retryAfterMs });
    }
    this.#refusedInARow = 0;
    if (this.#pending >= MAX_PENDING_REQUESTS) return new ParleyError("TOO_MANY_PENDING");
    this.#pending += 1;
    return undefined;
  }

  #waitMs(nowMs: number): number {
    const pausedMs = this.#pausedUntilMs - nowMs;
    // A clock that was put back must not make the pause longer.
    if (pausedMs > 0 && pausedMs <= LONG_PAUSE_MS) return pausedMs;
    const missingMs = this.#bucket.take(nowMs);
    if (missingMs === 0) return 0;
    const waitMs = Math.max(missingMs, MIN_PAUSE_MS);
    this.#pausedUntilMs = nowMs + waitMs;
    return waitMs;
  }

  /** Also for what an earlier instance let in, which this one did not count. */
  leave(): void {
    this.#pending = Math.max(0, this.#pending - 1);
  }

  get flooded(): boolean {
    return this.#refusedInARow >= MAX_REFUSED_IN_A_ROW;
  }
}
