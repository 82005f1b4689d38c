import type { UserId } from "../../protocol/ids.ts";
import type { ObserverRow, ObserverStore } from "./observer-store.ts";

/** Who observes the session now. Read once per instance; in nearly all sessions nobody does. */
export class ObserverBook {
  readonly #store: ObserverStore;
  readonly #open: Map<UserId, ObserverRow>;

  constructor(store: ObserverStore) {
    this.#store = store;
    this.#open = new Map(store.open().map((row) => [row.userId, row]));
  }

  get size(): number {
    return this.#open.size;
  }

  has(userId: UserId): boolean {
    return this.#open.has(userId);
  }

  all(): ObserverRow[] {
    return [...this.#open.values()];
  }

  /** What is known of the user, also when they stopped. */
  find(userId: UserId): ObserverRow | undefined {
    return this.#open.get(userId) ?? this.#store.find(userId);
  }

  put(row: ObserverRow): void {
    this.#store.put(row);
    if (row.untilSeqId === undefined) this.#open.set(row.userId, row);
    else this.#open.delete(row.userId);
  }
}
