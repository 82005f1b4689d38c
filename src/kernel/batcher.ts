/**
 * Natural batching: per target at most one batch is in flight, and what arrives meanwhile is the next one.
 * An idle target adds no delay, a busy one amortises; order within a target is kept.
 */
export class Batcher<Key, Item> {
  readonly #lanes = new Map<Key, { waiting: Item[]; inFlight: boolean }>();
  /** Lanes that may be started: they have items and nothing in flight. */
  readonly #startable = new Set<Key>();
  readonly #maxItems: number;

  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  push(key: Key, item: Item): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) {
      this.#lanes.set(key, { waiting: [item], inFlight: false });
      this.#startable.add(key);
    } else {
      lane.waiting.push(item);
      if (!lane.inFlight) this.#startable.add(key);
    }
  }

  /** Takes the next batch of every lane that has nothing in flight and marks it in flight until `done`. */
  start(): [Key, Item[]][] {
    if (this.#startable.size === 0) return [];
    const batches: [Key, Item[]][] = [];
    for (const key of this.#startable) {
      const lane = this.#lanes.get(key);
      if (lane === undefined) continue;
      lane.inFlight = true;
      batches.push([key, lane.waiting.splice(0, this.#maxItems)]);
    }
    this.#startable.clear();
    return batches;
  }

  done(key: Key): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    lane.inFlight = false;
    if (lane.waiting.length === 0) this.#lanes.delete(key);
    else this.#startable.add(key);
  }

  /** Ends a batch that failed, and takes what waits behind it: it must not pass the failed ones when they are retried. */
  fail(key: Key): Item[] {
    const waiting = this.#lanes.get(key)?.waiting ?? [];
    this.#lanes.delete(key);
    return waiting;
  }

  /** Takes everything that was never started. */
  abandon(): Item[] {
    const items = [...this.#lanes.values()].flatMap((lane) => lane.waiting);
    this.#lanes.clear();
    this.#startable.clear();
    return items;
  }
}
