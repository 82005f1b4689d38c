import type { RoomLimits } from "../../kernel/ports.ts";
import { TokenBucket } from "../../kernel/token-bucket.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { MAX_PENDING_REQUESTS } from "../../protocol/limits.ts";

const MAX_REFUSED_IN_A_ROW = 1_000;

/** What one connection may ask. Kept in memory: a connection that slept starts with a full allowance. */
export class RequestGate {
  readonly #bucket: TokenBucket;
  #pending = 0;
  #refusedInARow = 0;

  constructor(limits: RoomLimits, nowMs: number) {
    this.#bucket = new TokenBucket(limits.requestsPerSecond, limits.requestBurst, nowMs);
  }

  /** Lets a request in, which must be `leave`d with its response, or says why not. */
  enter(nowMs: number): ParleyError | undefined {
    const retryAfterMs = this.#bucket.take(nowMs);
    if (retryAfterMs > 0) {
      this.#refusedInARow += 1;
      return new ParleyError("RATE_LIMITED", undefined, { retryAfterMs });
    }
    this.#refusedInARow = 0;
    if (this.#pending >= MAX_PENDING_REQUESTS) return new ParleyError("TOO_MANY_PENDING");
    this.#pending += 1;
    return undefined;
  }

  leave(): void {
    this.#pending -= 1;
  }

  get flooded(): boolean {
    return this.#refusedInARow > MAX_REFUSED_IN_A_ROW;
  }
}
