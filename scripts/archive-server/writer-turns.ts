/**
 * SQLite has one writer at a time, and its own way of waiting would block the thread on which the other one is to
 * finish. So whoever finds the database busy waits here until a transaction has ended.
 */
export class WriterTurns {
  readonly #waiting: (() => void)[] = [];

  /** A transaction has ended: the next one tries. */
  ended(): void {
    this.#waiting.shift()?.();
  }

  /** Resolves when it is worth trying again; false when the time is up. */
  async next(timeoutMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = () => resolve(true);
    this.#waiting.push(wake);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const isWorth = await promise;
    clearTimeout(timer);
    const at = this.#waiting.indexOf(wake);
    if (at >= 0) this.#waiting.splice(at, 1);
    return isWorth;
  }
}
