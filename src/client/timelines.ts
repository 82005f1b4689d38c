import type { Entry, HotSession } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { HistoryResult, MsgReadResult } from "../protocol/frames/message.ts";
import { advanceHotSession } from "../protocol/hot-session.ts";
import type { UserId } from "../protocol/ids.ts";
import type { KeptSession, KeptState } from "./store.ts";
import { Timeline } from "./timeline.ts";

/** Gaps that are filled at the same time. */
const MAX_FILLS = 4;
/** Of a session that a new install sees first, at most this many entries before the newest are brought. */
const MAX_FIRST_ENTRIES = 200;

export interface TimelineHandlers {
  entry(sessionId: string, entry: Entry): void;
  session(session: HotSession): void;
  /** Entries in (after, upTo] cannot be had: the user is no longer a member. */
  gap(sessionId: string, after: number, upTo: number): void;
  pull(sessionId: string, after: number): Promise<HistoryResult>;
  /** What is to be kept of the session changed. */
  touched(sessionId: string): void;
}

/** All sessions of the user: their list with unread counts, and for each the entries, in order, each once. */
export class Timelines {
  readonly #handlers: TimelineHandlers;
  readonly #timelines = new Map<string, Timeline>();
  readonly #toFill = new Set<Timeline>();
  #fills = 0;
  #me: UserId | undefined;
  #version = 0;
  #isOnline = false;
  #isClosed = false;
  /** Until the first sync is complete there is nothing that a session could be new to. */
  #isFirstSync = true;

  constructor(handlers: TimelineHandlers) {
    this.#handlers = handlers;
  }

  /** Goes on from what an earlier run kept. */
  restore({ userId, version, sessions }: KeptState): void {
    this.#me = userId as UserId; // SAFETY: it was kept from one
    this.#version = version;
    this.#isFirstSync = false;
    for (const { session, cursor } of sessions) {
      this.#timelines.set(session.sessionId, new Timeline(session, cursor));
      this.#handlers.session(session);
    }
  }

  get me(): UserId | undefined {
    return this.#me;
  }

  get version(): number {
    return this.#version;
  }

  /** Before the first sync is complete there is nothing that a later run could go on from. */
  get isComplete(): boolean {
    return !this.#isFirstSync;
  }

  /** Entries up to here were handed out. */
  cursor(sessionId: string): number {
    return this.#timelines.get(sessionId)?.cursor ?? 0;
  }

  kept(sessionId: string): KeptSession | undefined {
    const timeline = this.#timelines.get(sessionId);
    return timeline && { session: timeline.session, cursor: timeline.cursor };
  }

  sessions(): HotSession[] {
    return [...this.#timelines.values()].map(({ session }) => session);
  }

  find(sessionId: string): HotSession | undefined {
    return this.#timelines.get(sessionId)?.session;
  }

  /** Throws `BAD_CREDENTIALS` when the kept state is another user's. */
  identify(userId: string): void {
    if (this.#me !== undefined && this.#me !== userId) throw new ParleyError("BAD_CREDENTIALS", "another user's state");
    this.#me = userId as UserId; // SAFETY: from a token of the server
  }

  /** One page of the sync: rows as they are now. */
  synced(sessions: readonly HotSession[], version: number, isLast: boolean): void {
    for (const session of sessions) {
      const known = this.#timelines.get(session.sessionId);
      if (known === undefined) this.#timelines.set(session.sessionId, this.#begin(session));
      else known.session = session;
      this.#tell(session);
    }
    this.#version = version;
    if (isLast) this.#isFirstSync = false;
  }

  /** A row as it is now. It may tell of entries that did not come. */
  told(session: HotSession): void {
    const known = this.#timelines.get(session.sessionId);
    if (known !== undefined && known.session.lastSeqId > session.lastSeqId) return;
    const timeline = known ?? this.#begin(session);
    timeline.session = session;
    this.#timelines.set(session.sessionId, timeline);
    this.#tell(session);
    this.#deliver(timeline);
  }

  /** A part of a row changed, here. */
  change(sessionId: string, change: (session: HotSession) => HotSession): void {
    const timeline = this.#timelines.get(sessionId);
    if (timeline === undefined) return;
    timeline.session = change(timeline.session);
    this.#tell(timeline.session);
  }

  online(): void {
    this.#isOnline = true;
    for (const timeline of this.#timelines.values()) {
      timeline.resume();
      this.#deliver(timeline);
    }
  }

  offline(): void {
    this.#isOnline = false;
    this.#toFill.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.offline();
  }

  /** New entries, live. */
  received(sessionId: string, entries: readonly Entry[]): void {
    const known = this.#timelines.get(sessionId);
    const fresh = known === undefined ? entries : entries.filter(({ seqId }) => seqId > known.session.lastSeqId);
    const [first, ...rest] = fresh;
    if (first === undefined || this.#me === undefined) return;
    const session = advanceHotSession(known?.session, { sessionId, entries: [first, ...rest] }, this.#me);
    const timeline = known ?? new Timeline(session, first.seqId - 1);
    timeline.session = session;
    this.#timelines.set(sessionId, timeline);
    timeline.hold(fresh);
    this.#deliver(timeline);
    this.#tell(session);
  }

  /** The read state changed. */
  read(sessionId: string, { readSeqId, unread, mentions }: MsgReadResult): void {
    const known = this.find(sessionId);
    if (known === undefined || known.readSeqId > readSeqId) return;
    this.change(sessionId, ({ marked: _, ...session }) => ({ ...session, readSeqId, unread, mentions }));
  }

  #tell(session: HotSession): void {
    this.#handlers.touched(session.sessionId);
    this.#handlers.session(session);
  }

  #begin(session: HotSession): Timeline {
    const { firstSeqId, readSeqId, lastSeqId } = session;
    const start = firstSeqId - 1;
    const cursor = this.#isFirstSync ? Math.max(readSeqId, start, lastSeqId - MAX_FIRST_ENTRIES) : start;
    return new Timeline(session, cursor);
  }

  /** Hands out what follows the cursor; if something is missing before that, it is pulled. */
  #deliver(timeline: Timeline): void {
    this.#handOut(timeline);
    if (!timeline.isBehind || this.#isClosed) return;
    if (!timeline.session.member) this.#giveUp(timeline);
    else if (this.#isOnline && !timeline.isFilling) {
      this.#toFill.add(timeline);
      this.#startFills();
    }
  }

  #startFills(): void {
    for (const timeline of this.#toFill) {
      if (this.#fills >= MAX_FILLS) return;
      this.#toFill.delete(timeline);
      this.#fills += 1;
      timeline.isFilling = true;
      void this.#fill(timeline);
    }
  }

  async #fill(timeline: Timeline): Promise<void> {
    const { sessionId } = timeline.session;
    let failure: unknown;
    try {
      const { entries } = await this.#handlers.pull(sessionId, timeline.cursor);
      // Never the case with a log that knows what it delivered; without this, a broken one would be asked for ever.
      if (entries.length === 0) throw new ParleyError("UNAVAILABLE", "the history has a hole");
      timeline.pulled(entries);
    } catch (thrown) {
      failure = thrown;
    }
    this.#fills -= 1;
    timeline.isFilling = false;
    // What may pass is tried again after the next reconnect or with the next entry; the rest never will.
    if (failure === undefined) this.#deliver(timeline);
    else if (failure instanceof ParleyError && !failure.retry) this.#giveUp(timeline);
    this.#startFills();
  }

  #giveUp(timeline: Timeline): void {
    const { after, upTo } = timeline.skip();
    this.#handlers.touched(timeline.session.sessionId);
    if (upTo > after) this.#handlers.gap(timeline.session.sessionId, after, upTo);
    this.#handOut(timeline);
  }

  /** A listener may close the client: what was not handed out by then is not marked as such. */
  #handOut(timeline: Timeline): void {
    while (!this.#isClosed) {
      const entry = timeline.next();
      if (entry === undefined) return;
      this.#handlers.touched(timeline.session.sessionId);
      this.#handlers.entry(timeline.session.sessionId, entry);
    }
  }
}
