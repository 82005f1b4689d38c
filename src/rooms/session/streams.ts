import type { z } from "zod";
import type { CallTag, Effects } from "../../kernel/effects.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { Entry, MessageEntry } from "../../protocol/entry.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { MsgSendResult } from "../../protocol/frames/message.ts";
import type { StreamChunk, StreamChunkResult, StreamClose, StreamOpen } from "../../protocol/frames/stream.ts";
import type { PackId, SessionId, UserId } from "../../protocol/ids.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { Verdict } from "../../protocol/rpc/session-call.ts";
import type { Access } from "./access.ts";
import type { Amendments, Doing } from "./amendments.ts";
import { type Drafts, decided } from "./drafts.ts";
import type { FanOut } from "./fan-out.ts";
import type { SessionCalls, SessionFeature } from "./feature.ts";
import type { GrownTag, Growth } from "./growth.ts";
import { IMPORT_RESTS_MS, type ImportBook } from "./import-book.ts";
import { askedOf, type Log } from "./log.ts";
import type { StreamRow, StreamStore } from "./stream-store.ts";
import { messageAt } from "./targets.ts";

/** A growing stream is not written down as such with every chunk: its row may be so much older than its newest text. */
const TOUCH_EVERY_MS = 30_000;
const ABANDONED_AFTER_MS = 300_000 + TOUCH_EVERY_MS;
/** Streams that one event closes; what else is abandoned follows at once in the next. */
const MAX_CLOSED_AT_ONCE = 64;

type Open = z.infer<typeof StreamOpen>;
type Chunk = z.infer<typeof StreamChunk>;
type Close = z.infer<typeof StreamClose>;

interface StreamPorts {
  readonly sessionId: SessionId;
  readonly access: Access;
  readonly log: Log;
  readonly fanOut: FanOut;
  readonly drafts: Drafts;
  readonly amendments: Amendments;
  readonly growth: Growth;
  readonly store: StreamStore;
  readonly clock: Clock;
  readonly effects: Effects;
  readonly imports: ImportBook;
}

/** Messages that grow. The text so far is the message's content in the log, so history and fan-out know it. */
export class Streams implements SessionFeature {
  readonly #ports: StreamPorts;
  /** When the rows were written, as far as this instance knows. */
  readonly #touchedAt = new Map<number, number>();

  constructor(ports: StreamPorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "stream.open": (by: UserId, frame: Open, verdict?: Verdict) => this.#open(by, frame, verdict),
    "stream.chunk": (by: UserId, frame: Chunk) => this.#grow(by, frame),
    "stream.close": (by: UserId, frame: Close, verdict?: Verdict) => this.#close(by, frame, verdict),
  };

  readonly calls: SessionCalls = {
    streams: ({ userId, seqIds }) =>
      seqIds.flatMap((seqId) => this.#growing(seqId) ?? []).filter(({ from }) => from === userId),
  };

  settle(): void {
    this.#ports.growth.settle();
  }

  replied(tag: CallTag): void {
    const known = tag as Partial<GrownTag>; // SAFETY: every tag of this room has a kind
    if (known.kind === "grown") this.#ports.growth.replied(tag as GrownTag); // SAFETY: just checked
  }

  /** Whoever writes it may go on here. */
  imported(entry: Entry): void {
    if (entry.kind === "message" && entry.streaming && entry.gone === undefined) this.#begin(entry.seqId);
  }

  /** Closes what nobody writes on any more. */
  alarm(): void {
    const { store, clock, effects, imports } = this.#ports;
    const nowMs = clock.nowMs();
    const rows = store.all();
    const waitMs = imports.waitMs(IMPORT_RESTS_MS);
    if (waitMs > 0) {
      if (rows.length > 0) effects.wakeAt(nowMs + waitMs);
      return;
    }
    const due = rows.filter(({ touchedAt }) => touchedAt + ABANDONED_AFTER_MS <= nowMs);
    for (const { seqId } of due.slice(0, MAX_CLOSED_AT_ONCE)) this.#abandon(seqId);
    if (due.length > MAX_CLOSED_AT_ONCE) effects.wakeAt(nowMs + 1);
    for (const row of rows) if (!due.includes(row)) effects.wakeAt(this.#dueAt(row, nowMs));
  }

  /** A clock that was put back must not keep a stream open. */
  #dueAt({ seqId, touchedAt }: StreamRow, nowMs: number): number {
    if (touchedAt > nowMs) this.#touch(seqId, nowMs);
    return Math.min(touchedAt, nowMs) + ABANDONED_AFTER_MS;
  }

  #open(by: UserId, frame: Open, verdict?: Verdict): MsgSendResult {
    const { access, drafts, log, fanOut } = this.#ports;
    access.requireWriter(by);
    const { type: _, sessionId: __, ...message } = frame;
    const item = { ...message, streaming: true, verdict } as const;
    const draft = { ...unwrap(drafts.draftOf(by, item)), digest: askedOf(frame).digest };
    const [outcome] = log.appendMessages(by, [{ ok: true, value: draft }], fanOut.fanned);
    if (outcome === undefined) throw new Error("an append without an outcome");
    const result = unwrap(outcome);
    if (result.repeated) return result;
    fanOut.touch();
    this.#begin(result.seqId);
    return result;
  }

  #begin(seqId: number): void {
    const nowMs = this.#ports.clock.nowMs();
    this.#touch(seqId, nowMs);
    this.#ports.effects.wakeAt(nowMs + ABANDONED_AFTER_MS);
  }

  #grow(by: UserId, { seqId, offset, text }: Chunk): z.infer<typeof StreamChunkResult> {
    const { access, log, drafts, growth, clock } = this.#ports;
    access.requireWriter(by);
    const message = this.#own(by, seqId);
    const { content, contentType, streaming } = message;
    if (typeof content === "string" && offset + text.length <= content.length) return { length: content.length };
    if (!streaming) throw new ParleyError("TOO_LATE");
    if (typeof content !== "string" || offset !== content.length) throw new ParleyError("WRONG_OFFSET");
    const whole = drafts.allowed(contentType, content + text);
    if (typeof whole !== "string") throw new ParleyError("BAD_PARAMETER", "text");
    log.replace({ ...message, content: whole });
    if (clock.nowMs() - (this.#touchedAt.get(seqId) ?? 0) >= TOUCH_EVERY_MS) this.#touch(seqId, clock.nowMs());
    const others = access.members().filter((userId) => userId !== by);
    growth.grew(others, seqId, offset);
    return { length: whole.length };
  }

  #close(by: UserId, frame: Close, verdict?: Verdict): MsgSendResult | null {
    const { access, log, sessionId } = this.#ports;
    if (frame.content === undefined) access.requireMember(by);
    else access.requireWriter(by);
    const known = log.findAsked(by, askedOf(frame));
    if (known !== undefined) return { sessionId, seqId: known.seqId, timestamp: known.timestamp, repeated: true };
    const message = this.#own(by, frame.seqId);
    if (!message.streaming && frame.content !== undefined) throw new ParleyError("TOO_LATE");
    if (!message.streaming) return { sessionId, seqId: 0, timestamp: 0 };
    const isRejected = verdict?.kind === "refused" && verdict.error === "HOOK_REJECTED";
    if (isRejected) return this.#takeAway(message, by, frame.packId);
    const last = this.#lastOf(message, frame, verdict);
    return { sessionId, ...this.#finish(last, { by, asked: askedOf(frame) }) };
  }

  /** The message as it is to end. Without anything else to say it ends as it is, were that nothing at all. */
  #lastOf(message: MessageEntry, frame: Close, verdict: Verdict | undefined): MessageEntry {
    const { content, contentType } = decided({ ...message, content: frame.content ?? message.content }, verdict);
    const isAsItIs = frame.content === undefined && content === message.content;
    return { ...message, contentType, content: isAsItIs ? content : this.#ports.drafts.allowed(contentType, content) };
  }

  /** Everybody has seen its text grow, so it is not enough to leave it as it is (S171). */
  #takeAway(message: MessageEntry, by: UserId, packId: PackId): null {
    this.#ports.amendments.end(message, "delete", { by, asked: { packId } });
    this.#forget(message.seqId);
    return null;
  }

  #abandon(seqId: number): void {
    const message = this.#growing(seqId);
    const packId = `finish-${seqId}` as PackId; // SAFETY: printable, and short enough for every integer
    if (message === undefined) this.#forget(seqId);
    else this.#finish(message, { by: message.from, asked: { packId } });
  }

  /** The message, if it is still written. */
  #growing(seqId: number): MessageEntry | undefined {
    const message = this.#ports.log.entry(seqId);
    const isGrowing = message?.kind === "message" && message.gone === undefined && message.streaming === true;
    return isGrowing ? message : undefined;
  }

  #finish(message: MessageEntry, doing: Doing): { seqId: number; timestamp: number } {
    const { seqId: target, from: targetFrom, contentType, content } = message;
    const control = { op: "finish", target, targetFrom, contentType, content } as const;
    const { seqId, timestamp } = this.#ports.amendments.change(message, control, doing);
    this.#forget(target);
    return { seqId, timestamp };
  }

  #own(by: UserId, seqId: number): MessageEntry {
    const message = messageAt(this.#ports.log, seqId);
    if (message.from === by) return message;
    throw new ParleyError(this.#ports.access.isGroup ? "NOT_ALLOWED_IN_GROUP" : "ACCESS_DENIED");
  }

  #touch(seqId: number, nowMs: number): void {
    this.#ports.store.put({ seqId, touchedAt: nowMs });
    this.#touchedAt.set(seqId, nowMs);
  }

  #forget(seqId: number): void {
    this.#ports.store.remove(seqId);
    this.#touchedAt.delete(seqId);
  }
}
