/** Longer timers than this belong to the code under test and are run by hand; shorter ones are left alone. */
const LONG_MS = 900;

/** Takes the long timers and the clock of this process into its hand. Install it before what is tested is made. */
export class ManualTime {
  readonly #now = Date.now;
  readonly #steady = performance.now;
  readonly #timeouts = new Map<object, () => void>();
  readonly #intervals = new Map<object, () => void>();
  #passedMs = 0;

  install(): void {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
    const keep = (kept: Map<object, () => void>, work: () => void) => {
      const id = {};
      kept.set(id, work);
      return id;
    };
    const drop = (kept: Map<object, () => void>, clear: (id: object) => void) => (id: unknown) => {
      if (typeof id === "object" && id !== null && !kept.delete(id)) clear(id);
    };
    Date.now = () => this.#now.call(Date) + this.#passedMs;
    performance.now = () => this.#steady.call(performance) + this.#passedMs;
    const manual = {
      setTimeout: (work: () => void, ms = 0) => (ms > LONG_MS ? keep(this.#timeouts, work) : setTimeout(work, ms)),
      setInterval: (work: () => void, ms = 0) => (ms > LONG_MS ? keep(this.#intervals, work) : setInterval(work, ms)),
      clearTimeout: drop(this.#timeouts, (id) => clearTimeout(id as unknown as number)), // SAFETY: an id of the runtime's own
      clearInterval: drop(this.#intervals, (id) => clearInterval(id as unknown as number)), // SAFETY: as above
    };
    Object.assign(globalThis, manual);
  }

  pass(ms: number): void {
    this.#passedMs += ms;
  }

  passUntil(atMs: number): void {
    this.pass(Math.max(0, atMs - Date.now()));
  }

  /** Runs every timeout that waits, as if its time had come. */
  runTimeouts(): void {
    const due = [...this.#timeouts.values()];
    this.#timeouts.clear();
    for (const work of due) work();
  }

  runIntervals(): void {
    for (const work of this.#intervals.values()) work();
  }
}
