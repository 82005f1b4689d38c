const LOST_RETRY_MS = 1_000;

interface Write {
  readonly work: () => void;
  readonly inAnyCase: boolean;
}

/** The host's own rows in a turn: alarms and jobs, which belong to no event. When one cannot be written, nothing of the turn may be stored. */
export class HostWrites {
  readonly #schedule: () => void;
  #waiting: Write[] = [];
  #begun: Write[] = [];
  #fault: unknown;

  /** `schedule` makes sure that there is a next turn. */
  constructor(schedule: () => void) {
    this.#schedule = schedule;
  }

  /** For the next turn; if that is lost, what has to be written in any case is written in a later one. */
  push(work: () => void, inAnyCase = false): void {
    this.#waiting.push({ work, inAnyCase });
    this.#schedule();
  }

  /** A turn begins. */
  begin(): void {
    this.#fault = undefined;
    this.#begun = this.#waiting;
    this.#waiting = [];
    for (const { work } of this.#begun) this.now(work);
  }

  /** Part of the running turn. */
  now(write: () => void): void {
    try {
      write();
    } catch (fault) {
      this.#fault ??= fault;
    }
  }

  /** Throws when the turn may not be committed. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Nothing of the turn was stored. */
  lost(): void {
    const again = this.#begun.filter(({ inAnyCase }) => inAnyCase);
    if (again.length === 0) return;
    setTimeout(() => {
      for (const { work } of again) this.push(work, true);
    }, LOST_RETRY_MS);
  }
}
