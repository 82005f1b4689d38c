export interface BackoffPlan {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Delay before try number `attempt` (from 1): doubling, capped, the upper half random. `random` is in [0, 1). */
export function backoffMs(plan: BackoffPlan, attempt: number, random: number): number {
  const full = Math.min(plan.maxMs, plan.baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.ceil(full * (0.5 + random / 2));
}
