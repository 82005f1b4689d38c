import { amended, spanOf } from "../../src/protocol/amend.ts";
import type { ControlEntry, Entry, HotSession, MessageEntry } from "../../src/protocol/entry.ts";
import type { HistoryResult } from "../../src/protocol/frames/message.ts";
import type { PriorityItem } from "../../src/protocol/frames/sync.ts";
import { advanceHotSession } from "../../src/protocol/hot-session.ts";
import type { Control } from "../../src/protocol/message-parts.ts";
import { singleSessionId } from "../../src/protocol/session-id.ts";
import { alice, bob, pack } from "../sim/names.ts";

export const CHAT = singleSessionId(alice, bob);

export function message(seqId: number, fields: Partial<MessageEntry> = {}): MessageEntry {
  const packId = pack(`p${seqId}`);
  return {
    kind: "message",
    seqId,
    timestamp: seqId,
    from: bob,
    packId,
    contentType: 1,
    content: `m${seqId}`,
    ...fields,
  };
}

export function control(seqId: number, target: number, what: ControlOf = { op: "recall" }): ControlEntry {
  // SAFETY: the target completes any control
  const whole = { ...what, target, targetFrom: bob } as Control;
  return { kind: "control", seqId, timestamp: seqId, from: bob, packId: pack(`p${seqId}`), control: whole };
}
export type ControlOf =
  | { readonly op: "recall" | "delete" | "pin"; readonly uncounts?: true }
  | { readonly op: "override" | "finish"; readonly contentType: number; readonly content: string }
  | { readonly op: "react" | "unreact"; readonly reaction: string };

export function row(lastSeqId: number, fields: Partial<HotSession> = {}): HotSession {
  const counts = { readSeqId: 0, unread: lastSeqId, mentions: 0 };
  return { sessionId: CHAT, firstSeqId: 1, lastSeqId, ...counts, last: message(lastSeqId), member: true, ...fields };
}

/** What a session room and Alice's mailbox make of what Bob does. */
export class FakeLog {
  readonly entries: Entry[] = [];
  readonly priority: PriorityItem[] = [];
  row: HotSession | undefined;

  get length(): number {
    return this.entries.length;
  }

  append(entry: Entry): Entry {
    const { kind } = entry;
    if (kind === "control") {
      const at = spanOf(entry.control).upTo - 1;
      const target = this.entries[at];
      if (target?.kind === "message") this.entries[at] = amended(target, entry);
      this.priority.push({ id: this.priority.length + 1, sessionId: CHAT, entry });
    }
    this.entries.push(entry);
    this.row = advanceHotSession(this.row, { sessionId: CHAT, entries: [entry] }, alice);
    return entry;
  }

  say(fields: Partial<MessageEntry> = {}): Entry {
    return this.append(message(this.length + 1, fields));
  }

  control(target: number, what?: ControlOf): Entry {
    return this.append(control(this.length + 1, target, what));
  }

  page({ before, after, limit = 50 }: { before?: number; after?: number; limit?: number }): HistoryResult {
    if (after !== undefined)
      return { entries: this.entries.slice(after, after + limit), more: after + limit < this.length };
    const end = (before ?? this.length + 1) - 1;
    const start = Math.max(0, end - limit);
    return { entries: this.entries.slice(start, end), more: start > 0 };
  }
}
