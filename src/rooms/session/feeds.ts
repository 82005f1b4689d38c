import type { CallTag, Effects } from "../../kernel/effects.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { AppId, SessionId } from "../../protocol/ids.ts";
import type { FeedMoved, FeedPage, FeedReader } from "../../protocol/rpc/feed-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import type { Feed, FeedStore } from "./feed-store.ts";
import type { ImportBook } from "./import-book.ts";
import type { Log } from "./log.ts";
import type { Trimming } from "./trimming.ts";

/** How long entries wait for others before there is a job for them, unless there are as many as a page takes. */
const LINGER_MS = { archive: 2_000, webhook: 0 } as const satisfies Record<FeedReader, number>;
/** A queue that took no job is asked again. */
const RETRY_MS = 2_000;
const MAX_ENTRIES_PER_PAGE = 256;
/** The queue has answered by then, or never will. */
const ASK_AGAIN_AFTER_MS = 30_000;
/** A job that is in its queue for longer may have been dropped. One too many does no harm. */
const JOB_LOST_AFTER_MS = 21_600_000;

/** Tag of a job under way to its queue. */
interface AskedTag {
  readonly kind: "asked";
  readonly reader: FeedReader;
  /** Of the reader then. */
  readonly cursor: number;
}

interface FeedPorts {
  readonly app: AppId;
  readonly sessionId: SessionId;
  readonly store: FeedStore;
  readonly log: Log;
  readonly trimming: Trimming;
  readonly imports: ImportBook;
  readonly effects: Effects;
  readonly clock: Clock;
  /** As of now: an app may begin to want them at any time. */
  readonly readers: () => readonly FeedReader[];
}

/**
 * Those who follow the log through a queue. A job says no more than that there is something new; its consumer asks here
 * what that is, and moves the cursor when it is done. There is one job at a time, so an outage does not fill the queue.
 */
export class Feeds implements SessionFeature {
  readonly #ports: FeedPorts;
  readonly #feeds = new Map<FeedReader, Feed>();
  readonly #asking = new Set<FeedReader>();
  /** The log's end when it was last looked at. */
  #seenSeqId: number | undefined;
  #lingering = false;
  /** The log's end before this instance. */
  readonly #startSeqId: number;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    this.#startSeqId = ports.log.headSeqId;
  }

  readonly calls: SessionCalls = {
    "feed.read": ({ reader, after }): FeedPage => {
      const { log, trimming } = this.#ports;
      const entries = log.range(after ?? this.#feed(reader).cursor, log.headSeqId, MAX_ENTRIES_PER_PAGE);
      return { entries, trimmedSeqId: trimming.trimmedSeqId };
    },
    "feed.moved": ({ reader, upTo }): FeedMoved => {
      const { cursor, askedAtMs } = this.#feed(reader);
      const moved = Math.max(cursor, Math.min(upTo, this.#ports.log.headSeqId));
      const more = moved < this.#ports.log.headSeqId;
      this.#put(reader, { cursor: moved, askedAtMs: more ? askedAtMs : undefined });
      if (reader === "archive") this.#trim(moved);
      return { more };
    },
  };

  /** What an endpoint was not told of yet stays whole. */
  #trim(archivedSeqId: number): void {
    const isTold = this.#ports.readers().includes("webhook");
    this.#ports.trimming.archived(isTold ? Math.min(archivedSeqId, this.#feed("webhook").cursor) : archivedSeqId);
  }

  /** Most turns append nothing, and most of the others find a timer or a job that will do. */
  settle(): void {
    const { log, readers } = this.#ports;
    if (this.#seenSeqId === log.headSeqId) return;
    this.#seenSeqId = log.headSeqId;
    for (const reader of readers()) {
      const behind = this.#behind(reader);
      const lingerMs = LINGER_MS[reader];
      if (behind >= MAX_ENTRIES_PER_PAGE || (behind > 0 && lingerMs === 0)) this.#ask(reader);
      else if (behind > 0) this.#linger(lingerMs);
    }
  }

  alarm(): void {
    this.#lingering = false;
    const readers = this.#ports.readers();
    for (const reader of readers) if (this.#behind(reader) > 0) this.#ask(reader);
    if (readers.includes("archive")) this.#trim(this.#feed("archive").cursor);
  }

  replied(tag: CallTag, { ok }: Outcome): void {
    const { kind, reader, cursor } = tag as AskedTag; // SAFETY: looked at only when it is one
    if (kind !== "asked") return;
    this.#asking.delete(reader);
    // A job may be done before its queue says that it has it: then there is none, and what is new since wants another.
    const isDone = this.#feed(reader).cursor > cursor;
    if (!ok || isDone) this.#linger(RETRY_MS);
    else this.#put(reader, { cursor, askedAtMs: this.#ports.clock.nowMs() });
  }

  /** How many entries wait without a job for them. */
  #behind(reader: FeedReader): number {
    const { log, clock } = this.#ports;
    const { cursor, askedAtMs } = this.#feed(reader);
    const isAsked = askedAtMs !== undefined && clock.nowMs() - askedAtMs < JOB_LOST_AFTER_MS;
    return isAsked ? 0 : log.headSeqId - cursor;
  }

  #linger(lingerMs: number): void {
    if (this.#lingering) return;
    this.#lingering = true;
    const { effects, clock } = this.#ports;
    effects.wakeAt(clock.nowMs() + lingerMs);
  }

  #ask(reader: FeedReader): void {
    if (this.#asking.has(reader)) return;
    this.#asking.add(reader);
    const { app, sessionId, effects, clock } = this.#ports;
    const tag: AskedTag = { kind: "asked", reader, cursor: this.#feed(reader).cursor };
    effects.call(`@queue/${reader}`, { type: "enqueue", jobs: [{ app, sessionId }] }, tag);
    effects.wakeAt(clock.nowMs() + ASK_AGAIN_AFTER_MS);
  }

  #feed(reader: FeedReader): Feed {
    let feed = this.#feeds.get(reader);
    if (feed === undefined) {
      feed = this.#ports.store.find(reader) ?? this.#first(reader);
      this.#feeds.set(reader, feed);
    }
    return reader === "archive" ? feed : this.#afterImport(feed);
  }

  /** The archive wants all there is. Webhooks begin where the log ended when they were first wanted; that is known from then on. */
  #first(reader: FeedReader): Feed {
    const feed = { cursor: reader === "archive" ? 0 : this.#startSeqId, askedAtMs: undefined };
    if (reader !== "archive") this.#ports.store.put(reader, feed);
    return feed;
  }

  /** What was imported happened elsewhere: endpoints are not told of it. */
  #afterImport({ cursor, askedAtMs }: Feed): Feed {
    return { cursor: Math.max(cursor, this.#ports.imports.seqId), askedAtMs };
  }

  #put(reader: FeedReader, feed: Feed): void {
    this.#ports.store.put(reader, feed);
    this.#feeds.set(reader, feed);
  }
}
