import type { ControlEntry, Entry, MessageEntry } from "./entry.ts";
import type { UserId } from "./ids.ts";
import type { Control } from "./message-parts.ts";

const GONE_AS = { recall: "recalled", delete: "deleted" } as const;

/** What messages become that this was done to, when it leaves nothing of them. */
export function goneAs(control: Control): "recalled" | "deleted" | "expired" | undefined {
  switch (control.op) {
    case "expire":
      return "expired";
    case "recall":
    case "delete":
      return GONE_AS[control.op];
    case "purge":
      return control.as;
    default:
      return undefined;
  }
}

/** Messages of (after, upTo], or of them those of one sender. */
export interface Span {
  readonly after: number;
  readonly upTo: number;
  readonly sender?: UserId | undefined;
}

/** What a control entry is about. */
export function spanOf(control: Control): Span {
  return control.op === "purge" ? control : { after: control.target - 1, upTo: control.target };
}

/** Whether it has the message `seqId`, which `from` sent. */
export function hasMessage({ after, upTo, sender }: Span, seqId: number, from: UserId): boolean {
  return seqId > after && seqId <= upTo && (sender === undefined || sender === from);
}

export function isAbout(control: Control, { seqId, from }: MessageEntry): boolean {
  return hasMessage(spanOf(control), seqId, from);
}

/**
 * The message as it is after a control entry. The session room stores what this makes of it, mailboxes and devices
 * make the same of their copies. A copy that was made later than the entry has it already, so it is marked.
 */
export function amended(message: MessageEntry, entry: ControlEntry): MessageEntry {
  if (entry.seqId <= (message.amendedBy ?? 0)) return message;
  const next = changed(message, entry);
  return next === message ? message : { ...next, amendedBy: entry.seqId };
}

function changed(message: MessageEntry, { control, from, timestamp }: ControlEntry): MessageEntry {
  if (message.gone?.as === "hidden") return message;
  switch (control.op) {
    case "recall":
    case "delete":
      return emptied(message, { as: GONE_AS[control.op], by: from, at: timestamp });
    case "expire":
      return emptied(message, { as: "expired", by: from, at: message.expiresAt ?? message.gone?.at ?? timestamp });
    case "purge":
      return message.gone === undefined ? emptied(message, { as: control.as, by: from, at: timestamp }) : message;
    case "override": {
      const edited = { count: (message.edited?.count ?? 0) + 1, at: timestamp };
      return { ...uncut(message), contentType: control.contentType, content: control.content, edited };
    }
    case "finish": {
      const { streaming: _, ...rest } = uncut(message);
      return { ...rest, contentType: control.contentType, content: control.content };
    }
    case "react":
      return withReaction(message, control.reaction, 1);
    case "unreact":
      return withReaction(message, control.reaction, -1);
    case "pin":
    case "unpin":
      return message;
    default:
      return control satisfies never;
  }
}

/** Keeps its place in the log and nothing of what it said; whom it mentioned is still needed to count. */
export function emptied(message: MessageEntry, gone: NonNullable<MessageEntry["gone"]>): MessageEntry {
  const { seqId, timestamp, from, packId, contentType, uncounted, mentions, amendedBy } = message;
  const kept = {
    ...(uncounted === undefined ? {} : { uncounted }),
    ...(mentions === undefined ? {} : { mentions }),
    ...(amendedBy === undefined ? {} : { amendedBy }),
  };
  return { seqId, timestamp, from, packId, kind: "message", contentType, content: "", ...kept, gone };
}

/** The entry as it may be shown now: what has expired is gone, also while the control entry that says so is late. */
export function shownAt(nowMs: number, entry: Entry): Entry {
  if (entry.kind !== "message" || entry.expiresAt === undefined || entry.expiresAt > nowMs) return entry;
  return emptied(entry, { as: "expired", by: entry.from, at: entry.expiresAt });
}

/** A control entry that gave a message a content, without it: what is gone is not read on in what it was made of. */
export function withoutContent(entry: ControlEntry): ControlEntry {
  const { control, cut: _, ...rest } = entry;
  return setsContent(control) ? { ...rest, control: { ...control, content: "" } } : entry;
}

export function setsContent(control: Control): control is Extract<Control, { content: unknown }> {
  return control.op === "override" || control.op === "finish";
}

function uncut({ cut: _, ...message }: MessageEntry): MessageEntry {
  return message;
}

function withReaction(message: MessageEntry, reaction: string, change: 1 | -1): MessageEntry {
  const { reactions: old = {}, ...rest } = message;
  // Any short text is a reaction, `constructor` too: only what the object has itself counts.
  const count = (Object.hasOwn(old, reaction) ? (old[reaction] ?? 0) : 0) + change;
  const { [reaction]: _, ...others } = old;
  const reactions = count > 0 ? { ...old, [reaction]: count } : others;
  return Object.keys(reactions).length === 0 ? rest : { ...rest, reactions };
}
