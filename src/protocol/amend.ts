import type { ControlEntry, MessageEntry } from "./entry.ts";

const GONE_AS = { recall: "recalled", delete: "deleted", expire: "expired" } as const;

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
  switch (control.op) {
    case "recall":
    case "delete":
    case "expire":
      return emptied(message, { as: GONE_AS[control.op], by: from, at: timestamp });
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
  const { seqId, timestamp, from, packId, contentType, uncounted, mentions } = message;
  const counted = {
    ...(uncounted === undefined ? {} : { uncounted }),
    ...(mentions === undefined ? {} : { mentions }),
  };
  return { seqId, timestamp, from, packId, kind: "message", contentType, content: "", ...counted, gone };
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
