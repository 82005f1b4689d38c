import type { BackoffPlan } from "../../kernel/backoff.ts";

export const LONGEST_PAUSE_MS = 3_600_000;
export const RETRY: BackoffPlan = { baseMs: 1_000, maxMs: LONGEST_PAUSE_MS };
/** After the first attempt with an event: then the lane goes on without it. */
export const GIVE_UP_AFTER_MS = 86_400_000;
/** An endpoint where nothing arrived for so long is disabled. */
export const DISABLE_AFTER_MS = 3 * 86_400_000;
/** How long events are kept, delivered or not. */
export const KEPT_MS = 7 * 86_400_000;
export const MAX_KEPT = 100_000;
