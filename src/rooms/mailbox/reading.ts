import type { Entry, HotSession } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { MsgReadResult } from "../../protocol/frames/message.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";
import type { UnreadResult } from "../../protocol/rpc/session-call.ts";
import { applyEntry, type ReadState } from "../../protocol/unread.ts";
import type { HotSessions } from "./hot-sessions.ts";

/** A read into the middle of what is unread, while the session room counts the rest (M11). */
export interface PendingRead {
  readonly sessionId: SessionId;
  readonly seqId: number;
  /** The session room counts up to here … */
  readonly upTo: number;
  /** … and this what is delivered after it: a control entry may make it negative. */
  readonly since: ReadState;
}

export type ReadStep =
  | { readonly step: "done"; readonly result: MsgReadResult; readonly moved: HotSession | undefined }
  | { readonly step: "ask"; readonly pending: PendingRead };

/** Read cursors: forward only, with the exact count of what is left. */
export class Reading {
  readonly #hotSessions: HotSessions;
  readonly #me: UserId;
  readonly #pending = new Set<PendingRead>();

  constructor(hotSessions: HotSessions, me: UserId) {
    this.#hotSessions = hotSessions;
    this.#me = me;
  }

  begin(sessionId: SessionId, wantedSeqId: number): ReadStep {
    const hot = this.#hotSessions.find(sessionId);
    if (hot === undefined) throw new ParleyError("NO_SUCH_MESSAGE");
    const seqId = Math.min(wantedSeqId, hot.lastSeqId);
    if (seqId <= hot.readSeqId) return this.#unmark(hot);
    if (seqId === hot.lastSeqId || hot.unread === 0)
      return this.#move(hot, { readSeqId: seqId, unread: 0, mentions: 0 });
    const pending = { sessionId, seqId, upTo: hot.lastSeqId, since: { readSeqId: seqId, unread: 0, mentions: 0 } };
    this.#pending.add(pending);
    return { step: "ask", pending };
  }

  /**
   * The session room counted entries in (seqId, upTo]. When an earlier instance asked, nobody counted what
   * was delivered since, so it asks again.
   */
  finish(pending: PendingRead, upTo: UnreadResult): ReadStep {
    if (!this.#pending.delete(pending)) return this.begin(pending.sessionId, pending.seqId);
    const hot = this.#hotSessions.find(pending.sessionId);
    if (hot === undefined)
      return { step: "done", result: { readSeqId: pending.seqId, unread: 0, mentions: 0 }, moved: undefined };
    if (pending.seqId <= hot.readSeqId) return { step: "done", result: resultOf(hot), moved: undefined };
    const { readSeqId, unread, mentions } = pending.since;
    return this.#move(hot, { readSeqId, unread: upTo.unread + unread, mentions: upTo.mentions + mentions });
  }

  giveUp(pending: PendingRead): void {
    this.#pending.delete(pending);
  }

  /** New entries arrived while a count is under way. */
  delivered(sessionId: string, fresh: readonly Entry[]): void {
    for (const pending of this.#pending) {
      if (pending.sessionId !== sessionId) continue;
      for (const entry of fresh) applyEntry(pending.since, entry, this.#me);
    }
  }

  #move(hot: HotSession, state: ReadState): ReadStep & { step: "done" } {
    const moved = this.#hotSessions.read(hot, state);
    return { step: "done", result: resultOf(moved), moved };
  }

  /** Reading again what is read ends the mark. */
  #unmark(hot: HotSession): ReadStep & { step: "done" } {
    if (hot.marked !== undefined) return this.#move(hot, { ...hot });
    return { step: "done", result: resultOf(hot), moved: undefined };
  }
}

function resultOf({ readSeqId, unread, mentions }: HotSession): MsgReadResult {
  return { readSeqId, unread, mentions };
}
