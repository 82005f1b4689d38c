import type { Clock } from "../../kernel/ports.ts";
import { contentFault } from "../../protocol/content.ts";
import type { Entry, Notice } from "../../protocol/entry.ts";
import { entryToJson } from "../../protocol/entry-json.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { HistoryResult, MsgSendResult } from "../../protocol/frames/message.ts";
import type { PackId, SessionId, UserId } from "../../protocol/ids.ts";
import { MAX_BATCH_BYTES } from "../../protocol/limits.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { AppendItem } from "../../protocol/rpc/session-call.ts";
import type { SessionStore } from "./store.ts";
import type { Stored } from "./types.ts";

/** Bytes of newest entries kept in memory, so that a fan-out does not read back what was just written. */
const MAX_TAIL_BYTES = 1_048_576;

/** The ordered entries of one session. */
export class Log {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #sessionId: SessionId;
  #seqId: number;
  #timestamp: number;
  /** The newest entries, without holes, ending at the head. */
  #tail: Entry[] = [];
  #tailBytes = 0;

  constructor(store: SessionStore, clock: Clock, sessionId: SessionId) {
    this.#store = store;
    this.#clock = clock;
    this.#sessionId = sessionId;
    const head = store.head();
    this.#seqId = head.seqId;
    this.#timestamp = head.timestamp;
  }

  get headSeqId(): number {
    return this.#seqId;
  }

  find(sender: UserId, packId: PackId): Stored | undefined {
    return this.#store.findPack(sender, packId);
  }

  /** Stores what is new of the items, in order; each has an outcome of its own (S2, S4). */
  appendMessages(sender: UserId, items: readonly AppendItem[], fanned: number): Outcome<MsgSendResult>[] {
    const sessionId = this.#sessionId;
    const known = this.#known(sender, items);
    const timestamp = this.#nextTimestamp();
    const fresh: Entry[] = [];
    const results = items.map(({ packId, contentType, content }): Outcome<MsgSendResult> => {
      const stored = known.get(packId);
      if (stored !== undefined) return { ok: true, value: { sessionId, ...stored, repeated: true } };
      const fault = contentFault(content);
      if (fault !== undefined) return failed(new ParleyError(fault));
      const seqId = this.#seqId + fresh.length + 1;
      known.set(packId, { seqId, timestamp });
      fresh.push({ seqId, timestamp, from: sender, packId, kind: "message", contentType, content });
      return { ok: true, value: { sessionId, seqId, timestamp } };
    });
    this.#append(fresh, fanned);
    return results;
  }

  /** A single look-up is the cheaper one for the idle case. */
  #known(sender: UserId, items: readonly AppendItem[]): Map<PackId, Stored> {
    const [only] = items;
    if (only === undefined || items.length > 1)
      return this.#store.findPacks(
        sender,
        items.map(({ packId }) => packId),
      );
    const stored = this.find(sender, only.packId);
    return new Map(stored === undefined ? [] : [[only.packId, stored]]);
  }

  appendNotice(by: UserId, packId: PackId, notice: Notice, fanned: number): number {
    const seqId = this.#seqId + 1;
    this.#append([{ seqId, timestamp: this.#nextTimestamp(), from: by, packId, kind: "notice", notice }], fanned);
    return seqId;
  }

  page(cursor: { before?: number | undefined; after?: number | undefined }, limit: number): HistoryResult {
    if (cursor.after !== undefined) return this.#store.after(cursor.after, limit, MAX_BATCH_BYTES);
    return this.#store.before(cursor.before ?? this.#seqId + 1, limit, MAX_BATCH_BYTES);
  }

  countUnread(userId: UserId, after: number, upTo: number): number {
    return this.#store.countUnread(userId, after, upTo);
  }

  /** Entries in (after, upTo], as many as one delivery may carry. */
  range(after: number, upTo: number, maxEntries: number): Entry[] {
    const first = this.#tail[0];
    const wanted = Math.min(upTo - after, maxEntries);
    if (first === undefined || first.seqId > after + 1)
      return this.#store.after(after, wanted, MAX_BATCH_BYTES).entries;
    const start = after + 1 - first.seqId;
    let end = start;
    let bytes = 0;
    for (let entry = this.#tail[end]; entry !== undefined && end - start < wanted; entry = this.#tail[end]) {
      bytes += sizeOf(entry);
      if (end > start && bytes > MAX_BATCH_BYTES) break;
      end += 1;
    }
    return this.#tail.slice(start, end);
  }

  #nextTimestamp(): number {
    return Math.max(this.#clock.nowMs(), this.#timestamp);
  }

  #append(entries: readonly Entry[], fanned: number): void {
    this.#store.addEntries(entries, fanned);
    for (const entry of entries) {
      this.#seqId = entry.seqId;
      this.#timestamp = entry.timestamp;
      this.#tail.push(entry);
      this.#tailBytes += sizeOf(entry);
    }
    while (this.#tailBytes > MAX_TAIL_BYTES && this.#tail.length > 1) {
      const dropped = this.#tail.splice(0, Math.ceil(this.#tail.length / 2));
      for (const old of dropped) this.#tailBytes -= sizeOf(old);
    }
  }
}

function sizeOf(entry: Entry): number {
  return entryToJson(entry).length;
}
