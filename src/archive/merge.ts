import { amended, emptied, setsContent, spanOf, withoutContent } from "../protocol/amend.ts";
import type { ControlEntry, Entry, MessageEntry } from "../protocol/entry.ts";
import type { Control } from "../protocol/message-parts.ts";

/** A row of the archive. */
export interface Archived {
  readonly entry: Entry;
  /** The copy that control entries of the archive were applied to; undefined where `entry` needs no other. */
  readonly base?: MessageEntry | undefined;
}

/** What the archive has already of what a batch is about. */
export interface Known {
  readonly rows: ReadonlyMap<number, Archived>;
  /** Control entries of single messages that the batch has or is about. */
  readonly controls: readonly ControlEntry[];
  /** Up to which entry none is missing. */
  readonly complete: number;
}

export interface Merged {
  readonly rows: readonly Archived[];
  /** Messages that are gone, be they here yet or not: what control entries made of them must go, too. */
  readonly gone: readonly number[];
}

export const NOTHING: Known = { rows: new Map(), controls: [], complete: 0 };

/**
 * The rows that a batch makes of what is known. Whatever the order in which batches come, and however often, the rows end
 * up the same, because what becomes of a message is worked out anew: from the copy that has most of its control entries
 * in it, and all those after.
 */
export function merge(batch: readonly Entry[], known: Known): Merged {
  const rows = new Map(known.rows);
  const controls = new Map(known.controls.map((control) => [control.seqId, control]));
  const changed = new Set<number>();
  for (const copy of batch) {
    const row = withCopy(rows.get(copy.seqId), copy);
    rows.set(copy.seqId, row);
    changed.add(copy.seqId);
    if (row.entry.kind !== "control") continue;
    const { control } = row.entry;
    if (control.op === "purge") continue;
    controls.set(copy.seqId, row.entry);
    changed.add(control.target);
  }
  const knownUpTo = horizon(batch, known.complete);
  const perTarget = byTarget(controls.values());
  const after = [...changed].flatMap((seqId) => {
    const row = rows.get(seqId);
    if (row === undefined) return [];
    return row.entry.kind === "message" ? settled(row, perTarget.get(seqId) ?? [], knownUpTo(seqId)) : row;
  });
  return { rows: after, gone: goneOf([...after.map(({ entry }) => entry), ...controls.values()]) };
}

function goneOf(entries: readonly Entry[]): number[] {
  const found = entries.flatMap((entry) => {
    if (entry.kind === "message") return entry.gone === undefined ? [] : entry.seqId;
    return entry.kind === "control" && isEnd(entry.control) ? spanOf(entry.control).upTo : [];
  });
  return [...new Set(found)];
}

function isEnd({ op }: Control): boolean {
  return op === "recall" || op === "delete" || op === "expire";
}

function withCopy(row: Archived | undefined, copy: Entry): Archived {
  const old = row?.base ?? row?.entry;
  if (copy.kind === "message" && old?.kind === "message") return { entry: copy, base: newer(old, copy) };
  if (copy.kind === "control" && old?.kind === "control") return { entry: emptier(old, copy) };
  return { entry: copy };
}

/** Of two copies of a message the one that was made later; what was gone in either stays so. */
function newer(old: MessageEntry, copy: MessageEntry): MessageEntry {
  const [winner, loser] = isNewer(copy, old) ? [copy, old] : [old, copy];
  return winner.gone === undefined && loser.gone !== undefined ? emptied(winner, loser.gone) : winner;
}

function isNewer(copy: MessageEntry, old: MessageEntry): boolean {
  const [after, before] = [copy.amendedBy ?? 0, old.amendedBy ?? 0];
  if (after !== before) return after > before;
  if (copy.gone !== undefined || old.gone !== undefined) return old.gone === undefined;
  // What is still being written only grows.
  return old.streaming === true && lengthOf(copy) > lengthOf(old);
}

function lengthOf({ content }: MessageEntry): number {
  return typeof content === "string" ? content.length : 0;
}

function emptier(old: ControlEntry, copy: ControlEntry): ControlEntry {
  return setsContent(old.control) && old.control.content === "" ? withoutContent(copy) : copy;
}

/** Up to which seqId no control entry of a message is missing: what is known without a gap, or follows in the same batch. */
function horizon(batch: readonly Entry[], complete: number): (seqId: number) => number {
  const [first, last] = [batch[0]?.seqId ?? 0, batch.at(-1)?.seqId ?? 0];
  if (!isContiguous(batch)) return () => complete;
  const after = first <= complete + 1 ? Math.max(complete, last) : complete;
  return (seqId) => (seqId >= first && seqId <= last ? Math.max(after, last) : after);
}

export function isContiguous(batch: readonly Entry[]): boolean {
  const first = batch[0]?.seqId ?? 0;
  return batch.every(({ seqId }, index) => seqId === first + index);
}

function byTarget(controls: Iterable<ControlEntry>): Map<number, ControlEntry[]> {
  const found = new Map<number, ControlEntry[]>();
  const inOrder = [...controls].sort((a, b) => a.seqId - b.seqId);
  for (const control of inOrder) {
    const { upTo: target } = spanOf(control.control);
    const others = found.get(target);
    if (others === undefined) found.set(target, [control]);
    else others.push(control);
  }
  return found;
}

/** The message after its control entries. Its base is kept for as long as one of them may be missing. */
function settled(row: Archived, controls: readonly ControlEntry[], knownUpTo: number): Archived {
  const base = row.base ?? row.entry;
  if (base.kind !== "message") return row;
  const after = controls.reduce(amended, base);
  const entry = after.gone === undefined ? after : emptied(after, after.gone);
  if (after === base || (after.amendedBy ?? 0) <= knownUpTo) return { entry };
  return { entry, base: entry.gone === undefined ? base : bare(base, entry.gone) };
}

/** As much of a copy as decides what becomes of a message that is gone. */
function bare(base: MessageEntry, gone: NonNullable<MessageEntry["gone"]>): MessageEntry {
  const { gone: _, ...rest } = emptied(base, gone);
  return {
    ...rest,
    ...(base.expiresAt === undefined ? {} : { expiresAt: base.expiresAt }),
    ...(base.gone === undefined ? {} : { gone: base.gone }),
  };
}
