import { CHUNK_SIZE, type JobStore } from "./job-store.ts";

/** Enough for everything between the cursor and what is called next. */
const MAX_CHUNKS_IN_MEMORY = 4;

/** The targets by their position; the rows around the cursor stay in memory. */
export class Targets {
  readonly #store: JobStore;
  readonly #chunks = new Map<number, readonly string[]>();

  constructor(store: JobStore) {
    this.#store = store;
  }

  at(position: number): string {
    const number = Math.floor(position / CHUNK_SIZE);
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      chunk = this.#store.chunk(number);
      if (this.#chunks.size >= MAX_CHUNKS_IN_MEMORY) this.#chunks.delete(Math.min(...this.#chunks.keys()));
      this.#chunks.set(number, chunk);
    }
    const target = chunk[position % CHUNK_SIZE];
    if (target === undefined) throw new Error(`a job without a target ${position}`);
    return target;
  }
}
