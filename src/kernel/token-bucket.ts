/** A rate limit with a burst. Starts full. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #updatedMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#updatedMs = nowMs;
  }

  /** Whole tokens that are left, as of the last take. */
  get left(): number {
    return Math.floor(this.#tokens);
  }

  /** How long until it is full, in ms, as of the last take. */
  get fullInMs(): number {
    return (this.#burst - this.#tokens) / this.#perMs;
  }

  /** 0 when one token was taken, else the ms until there is one. A clock that goes back only pauses the refill. */
  take(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#updatedMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#perMs);
    this.#updatedMs = nowMs;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs);
    this.#tokens -= 1;
    return 0;
  }
}
