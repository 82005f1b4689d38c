import { ParleyError } from "../protocol/errors.ts";

/** Most items that may wait for a reader of an iteration. */
export const MAX_STREAM_ITEMS = 10_000;

/**
 * An async iteration over pushed items. A reader that falls more than `MAX_STREAM_ITEMS` behind gets
 * `TOO_MANY_PENDING` instead of an unbounded buffer; what it missed is in the history.
 */
export class EntryStream<Item> implements AsyncIterableIterator<Item> {
  readonly #onEnd: () => void;
  #waiting: Item[] = [];
  #wanted: { resolve: (result: IteratorResult<Item>) => void; reject: (error: unknown) => void } | undefined;
  #end: { readonly error: ParleyError | undefined } | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(item: Item): void {
    if (this.#end !== undefined) return;
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted !== undefined) wanted.resolve({ done: false, value: item });
    else if (this.#waiting.length < MAX_STREAM_ITEMS) this.#waiting.push(item);
    else this.end(new ParleyError("TOO_MANY_PENDING", "the iteration is too slow"));
  }

  /** What was pushed is still read; then the iteration ends, or throws. */
  end(error?: ParleyError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#onEnd();
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (error === undefined) wanted?.resolve({ done: true, value: undefined });
    else wanted?.reject(error);
  }

  next(): Promise<IteratorResult<Item>> {
    const [item] = this.#waiting.splice(0, 1);
    if (item !== undefined) return Promise.resolve({ done: false, value: item });
    if (this.#end?.error !== undefined) return Promise.reject(this.#end.error);
    if (this.#end !== undefined) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#wanted = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Item>> {
    this.#waiting = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
