import type { Context } from "hono";
import { TokenBucket } from "../kernel/token-bucket.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { KeyId } from "../protocol/ids.ts";
import type { KeyRate } from "../protocol/rpc/app-settings.ts";
import type { ApiKey } from "./principal.ts";

const DEFAULT_RATE: KeyRate = { perSecond: 500, burst: 1_000 };
/** Keys whose use is remembered; beyond it all begin anew. */
const MAX_KEYS = 10_000;

interface Limited {
  readonly rate: KeyRate;
  readonly bucket: TokenBucket;
}

/** How fast each API key asks: a token bucket in the memory of the process, on Workers of each isolate. */
export class KeyLimits {
  readonly #keys = new Map<KeyId, Limited>();

  /** Counts a request, and says in its answer what is left (draft-ietf-httpapi-ratelimit-headers). */
  take(c: Context, { id, rate = DEFAULT_RATE }: ApiKey, nowMs: number): void {
    const { bucket } = this.#limitedOf(id, rate, nowMs);
    const retryAfterMs = bucket.take(nowMs);
    c.header("RateLimit-Policy", `"key";q=${rate.burst};w=${Math.ceil(rate.burst / rate.perSecond)}`);
    c.header("RateLimit", `"key";r=${bucket.left};t=${Math.ceil(bucket.fullInMs / 1_000)}`);
    if (retryAfterMs > 0) throw new ParleyError("RATE_LIMITED", "of this key", { retryAfterMs });
  }

  #limitedOf(id: KeyId, rate: KeyRate, nowMs: number): Limited {
    const known = this.#keys.get(id);
    if (known?.rate.burst === rate.burst && known.rate.perSecond === rate.perSecond) return known;
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    const limited = { rate, bucket: new TokenBucket(rate.perSecond, rate.burst, nowMs) };
    this.#keys.set(id, limited);
    return limited;
  }
}
