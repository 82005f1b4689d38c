import type { z } from "zod";
import {
  amended,
  emptied,
  goneAs,
  hasMessage,
  type Span,
  setsContent,
  shownAt,
  spanOf,
  withoutContent,
} from "../../protocol/amend.ts";
import type { ControlEntry, Entry, MessageEntry } from "../../protocol/entry.ts";
import { entryToJson } from "../../protocol/entry-json.ts";
import type { PriorityItem, SyncPriority, SyncPriorityResult } from "../../protocol/frames/sync.ts";
import { MAX_BATCH_BYTES, MAX_PAGE_LIMIT, PRIORITY_RETENTION_MS } from "../../protocol/limits.ts";
import type { Control } from "../../protocol/message-parts.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import { PriorityStore } from "./priority-store.ts";

/** What is too old is not shown; rows are cleared away a day's worth at a time. */
const PRUNE_LATE_MS = 86_400_000;

const CHANGES: ReadonlySet<Control["op"]> = new Set([
  "recall",
  "delete",
  "expire",
  "purge",
  "override",
  "finish",
] as const);

/** What devices must not miss although they do not read every session: changed messages, and important ones. */
export class Priority implements MailboxFeature {
  readonly name = "priority";
  readonly #mailbox: Mailbox;
  readonly #store: PriorityStore;
  #newest: number | undefined;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new PriorityStore(mailbox.sql);
  }

  readonly requests = {
    "sync.priority": (owed: Owed, { after, limit }: z.infer<typeof SyncPriority>) => {
      const value = this.#page(after, limit ?? MAX_PAGE_LIMIT);
      this.#mailbox.desk.answer(owed, { ok: true, value });
    },
  };

  /** Of the newest priority entry that there ever was. */
  get newestId(): number {
    this.#newest ??= this.#store.newestId();
    return this.#newest;
  }

  delivered(sessionId: string, entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind === "message") this.#keepMessage(sessionId, entry);
      else if (entry.kind === "control" && CHANGES.has(entry.control.op)) this.#keepControl(sessionId, entry);
    }
  }

  /** The user deleted messages for themself: what is kept of them says nothing any more. */
  hide(sessionId: string, seqIds: readonly number[]): void {
    const { me, clock } = this.#mailbox;
    const gone = { as: "hidden", by: me, at: clock.nowMs() } as const;
    for (const seqId of seqIds) {
      this.#empty(sessionId, { after: seqId - 1, upTo: seqId }, (message) => emptied(message, gone));
    }
  }

  alarm(): void {
    const nowMs = this.#mailbox.clock.nowMs();
    const oldestMs = this.#store.oldestMs();
    if (oldestMs === undefined) return;
    if (oldestMs + PRIORITY_RETENTION_MS + PRUNE_LATE_MS > nowMs) {
      this.#pruneAfter(oldestMs);
      return;
    }
    this.#store.prune(nowMs - PRIORITY_RETENTION_MS, this.newestId);
    const leftMs = this.#store.oldestMs();
    if (leftMs !== undefined) this.#pruneAfter(leftMs);
  }

  erase(): void {
    this.#store.prune(Number.MAX_SAFE_INTEGER, this.newestId);
  }

  #keepMessage(sessionId: string, message: MessageEntry): void {
    if (message.priority !== "high") return;
    this.#keep(sessionId, message, message.seqId);
  }

  #keepControl(sessionId: string, entry: ControlEntry): void {
    const { control } = entry;
    const span = spanOf(control);
    if (goneAs(control) !== undefined) this.#empty(sessionId, span, (message) => amended(message, entry));
    const hot = this.#mailbox.hotSessions.find(sessionId);
    if (hot === undefined || span.upTo < hot.firstSeqId) return;
    this.#keep(sessionId, entry, setsContent(control) ? control.target : undefined);
  }

  /** `contentOf`: the message whose content the entry has. */
  #keep(sessionId: string, entry: Entry, contentOf: number | undefined): void {
    const atMs = this.#mailbox.clock.nowMs();
    const id = this.newestId + 1;
    this.#newest = id;
    this.#store.put({ id, sessionId, atMs, entry });
    if (contentOf !== undefined) this.#store.putCopy(sessionId, contentOf, id);
    this.#pruneAfter(atMs);
  }

  #empty(sessionId: string, span: Span, emptyMessage: (message: MessageEntry) => MessageEntry): void {
    for (const copy of this.#store.copiesIn(sessionId, span)) {
      const { id, entry } = copy;
      if (!isCopyOf(span, entry)) continue;
      if (entry.kind === "message") this.#store.replace(id, emptyMessage(entry));
      else if (entry.kind === "control") this.#store.replace(id, withoutContent(entry));
      this.#store.deleteCopy(sessionId, copy);
    }
  }

  #pruneAfter(keptAtMs: number): void {
    this.#mailbox.effects.wakeAt(keptAtMs + PRIORITY_RETENTION_MS + PRUNE_LATE_MS);
  }

  #page(after: number, limit: number): SyncPriorityResult {
    const sinceMs = this.#mailbox.clock.nowMs() - PRIORITY_RETENTION_MS;
    if (after === 0) {
      const items = this.#fitting(this.#store.newest(sinceMs, limit)).reverse();
      return { items, cursor: items.at(-1)?.id ?? 0, more: false };
    }
    const found = this.#store.after(after, sinceMs, limit + 1);
    const items = this.#fitting(found.slice(0, limit));
    return { items, cursor: items.at(-1)?.id ?? after, more: items.length < found.length };
  }

  /** As many of the first as one answer may carry; one always fits. */
  #fitting(found: readonly PriorityItem[]): PriorityItem[] {
    const nowMs = this.#mailbox.clock.nowMs();
    const items: PriorityItem[] = [];
    let bytes = 0;
    for (const item of found) {
      bytes += entryToJson(item.entry).length;
      if (items.length > 0 && bytes > MAX_BATCH_BYTES) break;
      items.push({ ...item, entry: shownAt(nowMs, item.entry) });
    }
    return items;
  }
}

/** Whether the kept entry has the content of one of these messages. */
function isCopyOf(span: Span, entry: Entry): boolean {
  if (entry.kind === "message") return hasMessage(span, entry.seqId, entry.from);
  if (entry.kind !== "control" || !setsContent(entry.control)) return false;
  return hasMessage(span, entry.control.target, entry.control.targetFrom);
}
