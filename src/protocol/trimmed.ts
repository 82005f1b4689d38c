import { emptied, setsContent } from "./amend.ts";
import type { Entry, MessageEntry } from "./entry.ts";
import { ParleyError } from "./errors.ts";
import type { HistoryPull, HistoryResult } from "./frames/message.ts";
import { failed, type Outcome } from "./rpc/outcome.ts";

/** From which end a page is read. */
export type Range = Pick<HistoryPull, "before" | "after">;

/**
 * Entries of a page whose content only the archive still has, in the order of reading. The session room keeps them `cut`: with all that
 * decides about them, which is newer there than in the archive.
 */
export function trimmedIn({ entries }: HistoryResult, { after }: Range): number[] {
  const seqIds = entries.flatMap(({ seqId, cut }) => (cut ? seqId : []));
  return after === undefined ? seqIds.reverse() : seqIds;
}

/**
 * The page with what the archive has of these entries, which may be less than was asked for: then the page ends where that ends.
 * When the archive cannot be reached, what needs none of it is still read.
 */
export function withArchived(page: HistoryResult, range: Range, archived: Outcome): Outcome<HistoryResult> {
  if (!archived.ok && archived.error !== "UNAVAILABLE") return archived;
  const copies = archived.ok ? (archived.value as Entry[]) : []; // SAFETY: what the archive answers `entries` with
  const entries = keptOf(withCopies(page.entries, copies), range);
  if (entries.length === 0) return archived.ok ? failed(new ParleyError("UNAVAILABLE")) : archived;
  return { ok: true, value: { entries, more: page.more || entries.length < page.entries.length } };
}

function withCopies(entries: readonly Entry[], copies: readonly Entry[]): Entry[] {
  const bySeqId = new Map(copies.map((copy) => [copy.seqId, copy]));
  return entries.map((entry) => {
    const copy = bySeqId.get(entry.seqId);
    return entry.cut && copy !== undefined ? withContent(entry, copy) : entry;
  });
}

/** Up to where it is whole, in the direction of reading. */
function keptOf(entries: Entry[], { after }: Range): Entry[] {
  if (after === undefined) return entries.slice(entries.findLastIndex(({ cut }) => cut) + 1);
  const end = entries.findIndex(({ cut }) => cut);
  return end < 0 ? entries : entries.slice(0, end);
}

/** The entry with the archive's content. What was emptied in the archive alone stays empty. */
function withContent({ cut: _, ...own }: Entry, copy: Entry): Entry {
  if (own.kind === "message" && copy.kind === "message") return withMessage(own, copy);
  if (own.kind !== "control" || copy.kind !== "control") return own;
  if (!setsContent(own.control) || !setsContent(copy.control)) return own;
  return { ...own, control: { ...own.control, content: copy.control.content } };
}

/** As `withContent`: what is stored without content is `cut`. */
export function withMessage({ cut: _, ...own }: MessageEntry, { content, push, gone }: MessageEntry): MessageEntry {
  if (gone !== undefined) return emptied(own, gone);
  return { ...own, content, ...(push === undefined ? {} : { push }) };
}
