import { amended, isAbout, spanOf } from "../protocol/amend.ts";
import type { ControlEntry, Entry, MessageEntry } from "../protocol/entry.ts";

/** What of a tail is to be written. */
export interface TailChanges {
  readonly from: number;
  readonly entries: readonly Entry[];
}

/**
 * Copies of a session's newest entries: a run without holes up to the last that was handed out, each as it is after all that
 * was done to it by then. Control entries that came early, by way of the priority entries, are not worked into the copies but
 * only shown: the log brings them again at their place, after those that precede them.
 */
export class Tail {
  readonly #limit: number;
  #entries: Entry[];
  #early: ControlEntry[] = [];
  readonly #changed = new Set<number>();

  /** `kept` ascending; what lies before a hole in it is left out. */
  constructor(kept: readonly Entry[], limit: number) {
    this.#limit = limit;
    const hole = kept.findLastIndex(({ seqId }, index) => index > 0 && seqId !== (kept[index - 1]?.seqId ?? 0) + 1);
    this.#entries = kept.slice(Math.max(hole, 0));
  }

  get hasEarly(): boolean {
    return this.#early.length > 0;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** The next entry that is handed out. Answers with the copies that it changed. */
  add(entry: Entry): MessageEntry[] {
    this.#append(entry);
    if (entry.kind !== "control") return [];
    const changed = this.#apply(entry);
    this.#early = this.#early.filter(({ seqId }) => seqId > entry.seqId);
    return changed;
  }

  /** A control entry from the priority entries; `cursor` is the last entry that was handed out. */
  addEarly(entry: ControlEntry, cursor: number): MessageEntry[] {
    if (entry.seqId <= cursor) return this.#apply(entry);
    const about = this.#about(entry);
    if (about.length === 0) return [];
    this.#early = [...this.#early.filter(({ seqId }) => seqId !== entry.seqId), entry];
    this.#early.sort((a, b) => a.seqId - b.seqId);
    return about.map((message) => this.#shown(message));
  }

  #apply(entry: ControlEntry): MessageEntry[] {
    return this.#about(entry).flatMap(({ seqId }) => this.change(seqId, (message) => after(message, entry)) ?? []);
  }

  #about({ control }: ControlEntry): MessageEntry[] {
    const { after, upTo } = spanOf(control);
    const copies = this.#entries.slice(Math.max(after + 1 - this.#from, 0), Math.max(upTo + 1 - this.#from, 0));
    return copies.flatMap((entry) => (entry.kind === "message" && isAbout(control, entry) ? entry : []));
  }

  /** Answers with the copy when it was changed. */
  change(seqId: number, change: (message: MessageEntry) => MessageEntry): MessageEntry | undefined {
    const message = this.#message(seqId);
    if (message === undefined) return undefined;
    const next = change(message);
    if (next === message) return undefined;
    this.#entries[seqId - this.#from] = next;
    this.#changed.add(seqId);
    return this.#shown(next);
  }

  /** The copy of a message, as it is shown. */
  find(seqId: number): MessageEntry | undefined {
    const message = this.#message(seqId);
    return message && this.#shown(message);
  }

  /** All copies, as they are shown. */
  view(): Entry[] {
    return this.#entries.map((entry) => (entry.kind === "message" ? this.#shown(entry) : entry));
  }

  /**
   * A page of the history: copies of the server, which may be older than control entries that were handed out since it was
   * asked. Answers with what they are by now, and keeps those that continue the run backwards, or begin it at the cursor.
   */
  absorb(page: readonly Entry[], cursor: number): Entry[] {
    const now = page.map((entry) => this.#afterOwn(entry));
    const first = this.#entries[0]?.seqId ?? cursor + 1;
    const older = now.filter(({ seqId }) => seqId < first);
    if (older.at(-1)?.seqId === first - 1) {
      const room = Math.max(this.#limit - this.#entries.length, 0);
      const kept = older.slice(Math.max(older.length - room, 0));
      this.#entries = [...kept, ...this.#entries];
      for (const { seqId } of kept) this.#changed.add(seqId);
    }
    return now.map((entry) => (entry.kind === "message" ? this.#shown(entry) : entry));
  }

  /** What changed since the last time, or nothing. */
  takeChanges(): TailChanges | undefined {
    if (!this.hasChanges) return undefined;
    const entries = this.#entries.filter(({ seqId }) => this.#changed.has(seqId));
    this.#changed.clear();
    return { from: this.#from, entries };
  }

  get #from(): number {
    return this.#entries[0]?.seqId ?? 0;
  }

  #at(seqId: number): Entry | undefined {
    return this.#entries[seqId - this.#from];
  }

  #message(seqId: number): MessageEntry | undefined {
    const entry = this.#at(seqId);
    return entry?.kind === "message" ? entry : undefined;
  }

  #shown(message: MessageEntry): MessageEntry {
    if (this.#early.length === 0) return message;
    const early = this.#early.filter(({ control }) => isAbout(control, message));
    return early.reduce(after, message);
  }

  #afterOwn(entry: Entry): Entry {
    if (entry.kind !== "message") return entry;
    let message = entry;
    for (const own of this.#entries) {
      if (own.kind === "control" && isAbout(own.control, message)) message = after(message, own);
    }
    return message;
  }

  /** Another client that shares the store may have kept it already. */
  #append(entry: Entry): void {
    const next = (this.#entries.at(-1)?.seqId ?? entry.seqId - 1) + 1;
    if (entry.seqId < next) return;
    if (entry.seqId > next) this.#entries = [];
    this.#entries.push(entry);
    this.#changed.add(entry.seqId);
    const excess = this.#entries.length - this.#limit;
    if (excess > 0) this.#entries.splice(0, excess);
  }
}

/** What the user hid stays hidden, whatever is done to it. */
function after(message: MessageEntry, entry: ControlEntry): MessageEntry {
  return message.gone?.as === "hidden" ? message : amended(message, entry);
}
