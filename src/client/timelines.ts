import type { Entry, HotSession } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { HistoryResult, MsgReadResult } from "../protocol/frames/message.ts";
import { advanceHotSession } from "../protocol/hot-session.ts";
import type { UserId } from "../protocol/ids.ts";
import { Timeline } from "./timeline.ts";

/** Gaps that are filled at the same time. */
const MAX_FILLS = 4;
/** Of a session that a new install sees first, at most this many entries before the newest are brought. */
const MAX_FIRST_ENTRIES = 200;

/** What a client must keep between two runs to go on where it was. Plain data. */
export interface ClientState {
  readonly userId: string;
  /** Of the last complete sync. */
  readonly version: number;
  readonly sessions: readonly { readonly session: HotSession; readonly cursor: number }[];
}

export interface TimelineHandlers {
  entry(sessionId: string, entry: Entry): void;
  session(session: HotSession): void;
  /** Entries in (after, upTo] cannot be had: the user is no longer a member. */
  gap(sessionId: string, after: number, upTo: number): void;
  pull(sessionId: string, after: number): Promise<HistoryResult>;
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

  constructor(handlers: TimelineHandlers, state: ClientState | undefined) {
    this.#handlers = handlers;
    if (state === undefined) return;
    this.#me = state.userId as UserId; // SAFETY: `state` made it from one
    this.#version = state.version;
    this.#isFirstSync = false;
    for (const { session, cursor } of state.sessions) {
      this.#timelines.set(session.sessionId, new Timeline(session, cursor));
    }
  }

  get version(): number {
    return this.#version;
  }

  get state(): ClientState {
    const sessions = [...this.#timelines.values()].map(({ session, cursor }) => ({ session, cursor }));
    return { userId: this.#me ?? "", version: this.#version, sessions };
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
      this.#handlers.session(session);
    }
    this.#version = version;
    if (isLast) this.#isFirstSync = false;
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
    this.#handlers.session(session);
  }

  /** The read state changed, here or on another device. */
  read(sessionId: string, { readSeqId, unread, mentions }: MsgReadResult): void {
    const timeline = this.#timelines.get(sessionId);
    if (timeline === undefined || timeline.session.readSeqId > readSeqId) return;
    timeline.session = { ...timeline.session, readSeqId, unread, mentions };
    this.#handlers.session(timeline.session);
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
    if (upTo > after) this.#handlers.gap(timeline.session.sessionId, after, upTo);
    this.#handOut(timeline);
  }

  /** A listener may close the client: what was not handed out by then is not marked as such. */
  #handOut(timeline: Timeline): void {
    while (!this.#isClosed) {
      const entry = timeline.next();
      if (entry === undefined) return;
      this.#handlers.entry(timeline.session.sessionId, entry);
    }
  }
}
