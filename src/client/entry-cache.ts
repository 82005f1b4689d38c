import type { ControlEntry, Entry, MessageEntry } from "../protocol/entry.ts";
import type { KeptEntries } from "./store.ts";
import { Tail } from "./tail.ts";

/** Sessions whose copies stay in memory when nothing is to be written of them. */
const MAX_IDLE_TAILS = 64;

export interface CachePorts {
  /** Entries that are kept per session. */
  readonly limit: number;
  load(sessionId: string): Promise<readonly Entry[]>;
  /** What was handed out of the session so far. */
  cursor(sessionId: string): number;
  /** A copy was changed. */
  amended(sessionId: string, entry: MessageEntry): void;
  touched(sessionId: string): void;
}

type Step = (tail: Tail) => void;
type Slot = { readonly tail: Tail } | { readonly tail: undefined; readonly steps: Step[] };

/**
 * The copies of entries, session by session. They are read from the store when they are first needed; what is to be done
 * with them until then is done in its order when they are there.
 */
export class EntryCache {
  readonly #ports: CachePorts;
  /** The least recently used first. */
  readonly #slots = new Map<string, Slot>();
  readonly #loads = new Set<Promise<void>>();

  constructor(ports: CachePorts) {
    this.#ports = ports;
  }

  /** The next entry that is handed out. */
  add(sessionId: string, entry: Entry): void {
    if (this.#ports.limit > 0) this.#amend(sessionId, (tail) => tail.add(entry));
  }

  addEarly(sessionId: string, entry: ControlEntry): void {
    const cursor = this.#ports.cursor(sessionId);
    this.#amend(sessionId, (tail) => tail.addEarly(entry, cursor));
  }

  change(sessionId: string, seqId: number, change: (message: MessageEntry) => MessageEntry): void {
    this.#amend(sessionId, (tail) => [tail.change(seqId, change) ?? []].flat());
  }

  /** The copies, ascending. */
  view(sessionId: string): Promise<Entry[]> {
    return new Promise((resolve) => this.#with(sessionId, (tail) => resolve(tail.view())));
  }

  /** Takes a page of the history, and answers with what is known of its entries. */
  absorb(sessionId: string, page: readonly Entry[]): Promise<Entry[]> {
    const cursor = this.#ports.cursor(sessionId);
    return new Promise((resolve) => {
      this.#with(sessionId, (tail) => {
        const entries = tail.absorb(page, cursor);
        this.#ports.touched(sessionId);
        resolve(entries);
      });
    });
  }

  /** Control entries wait for the log to bring them. */
  get hasEarly(): boolean {
    return [...this.#slots.values()].some(({ tail }) => tail?.hasEarly === true);
  }

  /** Resolves when nothing waits for the store. */
  async settled(): Promise<void> {
    while (this.#loads.size > 0) await Promise.all(this.#loads);
  }

  /** What is to be written of a session. Only when settled. */
  takeChanges(sessionId: string): KeptEntries[] {
    const changes = this.#slots.get(sessionId)?.tail?.takeChanges();
    return changes === undefined ? [] : [{ sessionId, ...changes }];
  }

  /** Nothing is to be written any more: what was not used for long is read again when it is needed. */
  written(): void {
    for (const [sessionId, { tail }] of this.#slots) {
      if (this.#slots.size <= MAX_IDLE_TAILS) return;
      if (tail !== undefined && !tail.hasEarly && !tail.hasChanges) this.#slots.delete(sessionId);
    }
  }

  #amend(sessionId: string, step: (tail: Tail) => readonly MessageEntry[]): void {
    this.#with(sessionId, (tail) => {
      const changed = step(tail);
      this.#ports.touched(sessionId);
      for (const one of changed) this.#ports.amended(sessionId, one);
    });
  }

  #with(sessionId: string, step: Step): void {
    const slot = this.#slots.get(sessionId);
    this.#slots.delete(sessionId);
    if (slot === undefined) this.#load(sessionId, step);
    else {
      this.#slots.set(sessionId, slot);
      if (slot.tail === undefined) slot.steps.push(step);
      else step(slot.tail);
    }
  }

  #load(sessionId: string, step: Step): void {
    const steps = [step];
    this.#slots.set(sessionId, { tail: undefined, steps });
    const loading = this.#ports.load(sessionId).then((kept) => {
      const tail = new Tail(kept, this.#ports.limit);
      this.#slots.set(sessionId, { tail });
      this.#loads.delete(loading);
      for (const one of steps) one(tail);
    });
    this.#loads.add(loading);
  }
}
