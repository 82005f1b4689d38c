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

  appendMessage(sender: UserId, item: AppendItem, fanned: number): Outcome<MsgSendResult> {
    const sessionId = this.#sessionId;
    const known = this.find(sender, item.packId);
    if (known !== undefined) return { ok: true, value: { sessionId, ...known, repeated: true } };
    const fault = contentFault(item.content);
    if (fault !== undefined) return failed(new ParleyError(fault));
    const { packId, contentType, content } = item;
    const next = { seqId: this.#seqId + 1, timestamp: this.#nextTimestamp(), from: sender, packId };
    this.#append({ ...next, kind: "message", contentType, content }, fanned);
    return { ok: true, value: { sessionId, seqId: next.seqId, timestamp: next.timestamp } };
  }

  appendNotice(by: UserId, packId: PackId, notice: Notice, fanned: number): number {
    const seqId = this.#seqId + 1;
    this.#append({ seqId, timestamp: this.#nextTimestamp(), from: by, packId, kind: "notice", notice }, fanned);
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

  #append(entry: Entry, fanned: number): void {
    this.#store.addEntry(entry, fanned);
    this.#seqId = entry.seqId;
    this.#timestamp = entry.timestamp;
    this.#tail.push(entry);
    this.#tailBytes += sizeOf(entry);
    while (this.#tailBytes > MAX_TAIL_BYTES && this.#tail.length > 1) {
      const dropped = this.#tail.splice(0, Math.ceil(this.#tail.length / 2));
      for (const old of dropped) this.#tailBytes -= sizeOf(old);
    }
  }
}

function sizeOf(entry: Entry): number {
  return entryToJson(entry).length;
}
