import type { Entry, HotSession } from "../protocol/entry.ts";

/** Live entries that wait for a gap before them to be filled; beyond it they are pulled again instead. */
const MAX_HELD = 1_000;

/** One session on this device: the newest it knows of, and how far its entries were handed out. */
export class Timeline {
  session: HotSession;
  isFilling = false;
  /** Every entry up to here was handed out. */
  #cursor: number;
  /** Entries that came live, ascending without holes, beyond the cursor. */
  #held: Entry[] = [];
  /** Entries that were pulled, following the cursor. */
  #pulled: Entry[] = [];

  constructor(session: HotSession, cursor: number) {
    this.session = session;
    this.#cursor = cursor;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Entries are missing that were not received. */
  get isBehind(): boolean {
    return this.#cursor < this.session.lastSeqId;
  }

  /** On a new connection live entries start anew. */
  resume(): void {
    this.#held = [];
  }

  hold(entries: readonly Entry[]): void {
    const last = this.#held.at(-1);
    const [first] = entries;
    if (last !== undefined && first?.seqId !== last.seqId + 1) this.#held = [];
    this.#held.push(...entries);
    if (this.#held.length > MAX_HELD && this.isFilling) this.#held = [];
  }

  pulled(entries: readonly Entry[]): void {
    this.#pulled = [...entries];
  }

  /** The entry after the cursor, if it is here; the cursor moves with it. */
  next(): Entry | undefined {
    const entry = this.#takeFrom(this.#pulled) ?? this.#takeFrom(this.#held);
    if (entry !== undefined) this.#cursor = entry.seqId;
    return entry;
  }

  /** Gives up what cannot be had before the first entry that is here. */
  skip(): { after: number; upTo: number } {
    const after = this.#cursor;
    const { last, lastSeqId } = this.session;
    if (this.#held.length === 0 && last.seqId > after && last.cut === undefined) this.#held = [last];
    const upTo = (this.#held[0]?.seqId ?? lastSeqId + 1) - 1;
    this.#cursor = Math.max(after, upTo);
    return { after, upTo: this.#cursor };
  }

  #takeFrom(entries: Entry[]): Entry | undefined {
    let skipped = 0;
    while ((entries[skipped]?.seqId ?? Number.POSITIVE_INFINITY) <= this.#cursor) skipped += 1;
    if (skipped > 0) entries.splice(0, skipped);
    return entries[0]?.seqId === this.#cursor + 1 ? entries.shift() : undefined;
  }
}
