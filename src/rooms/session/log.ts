import { digestOf } from "../../kernel/digest.ts";
import type { Clock } from "../../kernel/ports.ts";
import { setsContent, shownAt, withoutContent } from "../../protocol/amend.ts";
import type { ControlEntry, Entry, MessageEntry, NoticeEntry } from "../../protocol/entry.ts";
import { entryToJson } from "../../protocol/entry-json.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { HistoryResult, MsgSendResult } from "../../protocol/frames/message.ts";
import type { PackId, SessionId, UserId } from "../../protocol/ids.ts";
import { MAX_BATCH_BYTES } from "../../protocol/limits.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { UnreadResult } from "../../protocol/rpc/session-call.ts";
import type { SessionStore } from "./store.ts";
import { type NewEntry, type Stored, UNKNOWN_DIGEST } from "./types.ts";

export type MessageBody = Omit<MessageEntry, "seqId" | "timestamp" | "from" | "packId" | "kind">;
type EntryBody = Pick<NoticeEntry, "kind" | "notice"> | Pick<ControlEntry, "kind" | "control">;

/** What identifies a request: its packId, and a digest of what it asks for. */
export interface Asked {
  readonly packId: PackId;
  readonly digest: number;
}

/** What nobody asked for. */
export type Unasked = Pick<Asked, "packId">;

/** A request that is no message. */
export function askedOf(frame: { readonly packId: PackId }): Asked {
  return { packId: frame.packId, digest: digestOf(JSON.stringify(frame)) };
}

/** A message that may be stored. What it becomes, or why it may not be, is asked only when it is new (S2). */
export interface Draft extends Asked {
  readonly body: (timestamp: number) => Outcome<MessageBody>;
}

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
  #changes = 0;

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

  /** When the newest entry was stored, ms since 1970; 0 without any. */
  get headTimestamp(): number {
    return this.#timestamp;
  }

  /** Grows with every change of an entry that was there before: what was read earlier is no longer what is stored. */
  get changes(): number {
    return this.#changes;
  }

  find(sender: UserId, packId: PackId): Stored | undefined {
    return this.#store.findPack(sender, packId);
  }

  /** Where a request that was made before ended up. Throws `PACK_CONFLICT` when its packId was used for something else. */
  findAsked(by: UserId, { packId, digest }: Asked): Stored | undefined {
    const stored = this.find(by, packId);
    if (stored !== undefined && !isOf(stored, digest)) throw new ParleyError("PACK_CONFLICT");
    return stored;
  }

  /** Stores what is new of the drafts, in order; each has an outcome of its own (S2, S4). */
  appendMessages(sender: UserId, drafts: readonly Outcome<Draft>[], fanned: number): Outcome<MsgSendResult>[] {
    const sessionId = this.#sessionId;
    const known = this.#known(sender, drafts);
    const timestamp = this.#nextTimestamp();
    const fresh: NewEntry[] = [];
    const results = drafts.map((outcome): Outcome<MsgSendResult> => {
      if (!outcome.ok) return outcome;
      const { packId, digest, body } = outcome.value;
      const stored = known.get(packId);
      if (stored !== undefined) return repeated(sessionId, stored, digest);
      const message = body(timestamp);
      if (!message.ok) return message;
      const seqId = this.#seqId + fresh.length + 1;
      known.set(packId, { seqId, timestamp, digest });
      fresh.push({ entry: { seqId, timestamp, from: sender, packId, kind: "message", ...message.value }, digest });
      return { ok: true, value: { sessionId, seqId, timestamp } };
    });
    this.append(fresh, fanned);
    return results;
  }

  /** A single look-up is the cheaper one for the idle case. */
  #known(sender: UserId, drafts: readonly Outcome<Draft>[]): Map<PackId, Stored> {
    const [only] = drafts;
    if (only?.ok !== true || drafts.length > 1) {
      const packIds = drafts.flatMap((draft) => (draft.ok ? draft.value.packId : []));
      return packIds.length === 0 ? new Map() : this.#store.findPacks(sender, packIds);
    }
    const stored = this.find(sender, only.value.packId);
    return new Map(stored === undefined ? [] : [[only.value.packId, stored]]);
  }

  /**
   * Appends a notice or a control entry; what it is about was decided and stored by the caller. One that nobody asked for
   * has a packId that nobody repeats, and is not looked for.
   */
  appendOne<B extends EntryBody>(by: UserId, asked: Asked | Unasked, body: B, fanned: number): Entry & B {
    const { packId } = asked;
    const digest = "digest" in asked ? asked.digest : undefined;
    const entry = { seqId: this.#seqId + 1, timestamp: this.#nextTimestamp(), from: by, packId, ...body } as Entry & B; // SAFETY: a body makes the entry of its kind
    this.append([{ entry, digest }], fanned);
    if (entry.kind === "control" && setsContent(entry.control)) this.#store.putEdit(entry.control.target, entry.seqId);
    return entry;
  }

  /** The entry as it is now. */
  entry(seqId: number): Entry | undefined {
    const entry = this.stored(seqId);
    return entry === undefined ? undefined : shownAt(this.#clock.nowMs(), entry);
  }

  /** The entry as it is stored: its time may be over. */
  stored(seqId: number): Entry | undefined {
    const first = this.#tail[0];
    if (first === undefined || seqId < first.seqId) return this.#store.findEntry(seqId);
    return this.#tail[seqId - first.seqId];
  }

  /**
   * Changes a message in its place; what reads the log from now on sees only this. When it is gone, so is what
   * control entries before made of it (S38).
   */
  replace(message: MessageEntry): void {
    this.#put(message);
    if (message.gone === undefined) return;
    for (const seqId of this.#store.takeEdits(message.seqId)) {
      const edit = this.stored(seqId);
      if (edit?.kind === "control") this.#put(withoutContent(edit));
    }
  }

  #put(entry: Entry): void {
    this.#store.putEntry(entry);
    this.#changes += 1;
    const first = this.#tail[0];
    const index = first === undefined ? -1 : entry.seqId - first.seqId;
    const old = this.#tail[index];
    if (old === undefined) return;
    this.#tail[index] = entry;
    this.#tailBytes += sizeOf(entry) - sizeOf(old);
  }

  page(cursor: { before?: number | undefined; after?: number | undefined }, limit: number): HistoryResult {
    const { entries, more } =
      cursor.after === undefined
        ? this.#store.before(cursor.before ?? this.#seqId + 1, limit, MAX_BATCH_BYTES)
        : this.#store.after(cursor.after, limit, MAX_BATCH_BYTES);
    return { entries: this.#shown(entries), more };
  }

  /** When the entry was stored, in ms since 1970. */
  timestampOf(seqId: number): number {
    return this.#store.timestampOf(seqId);
  }

  countUnread(userId: UserId, after: number, upTo: number): UnreadResult {
    return this.#store.countUnread(userId, after, upTo);
  }

  /** Entries in (after, upTo], as many as one delivery may carry. */
  range(after: number, upTo: number, maxEntries: number): Entry[] {
    const first = this.#tail[0];
    const wanted = Math.min(upTo - after, maxEntries);
    if (first === undefined || first.seqId > after + 1)
      return this.#shown(this.#store.after(after, wanted, MAX_BATCH_BYTES).entries);
    const start = after + 1 - first.seqId;
    let end = start;
    let bytes = 0;
    for (let entry = this.#tail[end]; entry !== undefined && end - start < wanted; entry = this.#tail[end]) {
      bytes += sizeOf(entry);
      if (end > start && bytes > MAX_BATCH_BYTES) break;
      end += 1;
    }
    return this.#shown(this.#tail.slice(start, end));
  }

  /** The rows of entries up to `seqId` were changed. */
  forget(seqId: number): void {
    const dropped = this.#tail.findIndex((entry) => entry.seqId > seqId);
    for (const old of this.#tail.splice(0, dropped < 0 ? this.#tail.length : dropped)) this.#tailBytes -= sizeOf(old);
    this.#changes += 1;
  }

  #shown(entries: Entry[]): Entry[] {
    const nowMs = this.#clock.nowMs();
    return entries.map((entry) => shownAt(nowMs, entry));
  }

  #nextTimestamp(): number {
    return Math.max(this.#clock.nowMs(), this.#timestamp);
  }

  /** Entries as they are to be. */
  append(fresh: readonly NewEntry[], fanned: number): void {
    if (fresh.length === 0) return;
    this.#store.addEntries(fresh, fanned);
    for (const { entry } of fresh) {
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

/** The answer to a packId that is stored: the same for the same request, a conflict for another (S2). */
export function repeated(sessionId: SessionId, stored: Stored, digest: number): Outcome<MsgSendResult> {
  if (!isOf(stored, digest)) return failed(new ParleyError("PACK_CONFLICT"));
  return { ok: true, value: { sessionId, seqId: stored.seqId, timestamp: stored.timestamp, repeated: true } };
}

function isOf(stored: Stored, digest: number): boolean {
  return stored.digest === digest || stored.digest === UNKNOWN_DIGEST;
}

function sizeOf(entry: Entry): number {
  return entryToJson(entry).length;
}
