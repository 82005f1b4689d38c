import type { Clock } from "../../kernel/ports.ts";
import type { PushOutcome } from "./provider.ts";

const DAY_MS = 86_400_000;
/** The vendors' day is that of Beijing. */
const BEIJING_MS = 8 * 3_600_000;

/**
 * Whether an app's allowance of today is spent. Vendors ask not to be called again that day, and lower the allowance of those who
 * go on. Kept in memory: whoever starts anew asks once more.
 */
export class DailyQuota {
  readonly #clock: Clock;
  #spentOn: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The outcome of every push until midnight, once it is spent. */
  spent(): PushOutcome | undefined {
    return this.#spentOn === this.#today() ? { kind: "giveUp", reason: "quota" } : undefined;
  }

  spend(): void {
    this.#spentOn = this.#today();
  }

  #today(): number {
    return Math.floor((this.#clock.nowMs() + BEIJING_MS) / DAY_MS);
  }
}
