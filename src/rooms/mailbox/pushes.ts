import type { Connection } from "../../kernel/ports.ts";
import { goneAs, hasMessage, spanOf } from "../../protocol/amend.ts";
import type { ControlEntry, Entry } from "../../protocol/entry.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";
import { PING_INTERVAL_MS } from "../../protocol/limits.ts";
import type { PushNotifyCall } from "../../protocol/rpc/push-call.ts";
import type { FrameOf } from "../../protocol/up.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxCalls, MailboxFeature } from "./feature.ts";
import { PushBook } from "./push-book.ts";
import { type Circumstances, excerptOf, isQuiet, toBeShown } from "./push-deciding.ts";
import { PushHandover } from "./push-handover.ts";
import type { PushNames } from "./push-names.ts";
import type { PushRow, SessionPush, Shown } from "./push-row.ts";
import type { PushTokens } from "./push-tokens.ts";
import type { Relations } from "./relations.ts";
import type { MailboxStore } from "./store.ts";

/** A push about a message is of no use much later. */
const SESSION_TTL_MS = 3 * 86_400_000;
const DIRECT_TTL_S = 3 * 86_400;
/** Messages of one session that a push may still show. */
const MAX_SHOWN = 8;
/** From a connection that was not heard for so long, a device that lost its network, nobody looks at us. */
const SILENT_MS = 1.5 * PING_INTERVAL_MS;
/** Sessions that are looked at when a connection turns out to have been dead. */
const MAX_MISSED = 50;

export interface PushPorts {
  readonly tokens: PushTokens;
  readonly names: PushNames;
  readonly relations: Relations;
  readonly store: MailboxStore;
}

/** Decides what users are pushed who look at none of their devices. What a push says is worked out when it is sent. */
export class Pushes implements MailboxFeature {
  readonly name = "pushes";
  readonly #mailbox: Mailbox;
  readonly #ports: PushPorts;
  readonly #book: PushBook;
  readonly calls: MailboxCalls;

  constructor(mailbox: Mailbox, ports: PushPorts) {
    this.#mailbox = mailbox;
    this.#ports = ports;
    this.#book = new PushBook(mailbox);
    const handover = new PushHandover(mailbox, { ...ports, book: this.#book, isWatched: () => this.#isWatched() });
    this.calls = {
      ...handover.calls,
      "push.notify": (call) => this.#notify(call),
      "push.log": ({ before, limit }) => this.#book.page(before, limit),
    };
    ports.tokens.whenGone(() => this.#book.endAll());
  }

  readonly requests = {
    "device.focus": (owed: Owed, { foreground }: FrameOf<"device.focus">) => {
      const { connection } = owed;
      const { background: _, ...state } = connection.state;
      connection.save(foreground ? state : { ...state, background: true });
      this.#mailbox.desk.answer(owed, { ok: true, value: {} });
    },
  };

  delivered(sessionId: string, entries: readonly Entry[]): void {
    if (!this.#ports.tokens.hasAny()) return;
    this.#follow(sessionId, entries);
    if (entries.some(({ from }) => from === this.#mailbox.me)) this.moved(sessionId);
    if (!this.#isWatched()) this.#consider(sessionId, entries);
  }

  /** What was read elsewhere is shown no longer; what waits is looked at when it is taken. */
  moved(sessionId: string): void {
    if (!this.#ports.tokens.hasAny()) return;
    const row = this.#book.find(sessionId);
    if (row === undefined || row.push.state.kind === "waiting") return;
    const readSeqId = this.#mailbox.hotSessions.find(sessionId)?.readSeqId ?? 0;
    const messages = messagesOf(row);
    const newest = messages.at(-1);
    if (newest !== undefined && newest.seqId <= readSeqId) this.#retract(row, messages);
  }

  /** What went into a connection that was dead, for as long as nobody knew, has reached nobody. */
  closed({ state }: Connection, seenAtMs: number): void {
    const isLate = this.#mailbox.clock.nowMs() - seenAtMs > SILENT_MS;
    if (!isLate || state.background || !this.#ports.tokens.hasAny() || this.#isWatched()) return;
    for (const sessionId of this.#ports.store.unreadSince(seenAtMs, MAX_MISSED)) {
      const row = this.#mailbox.hotSessions.row(sessionId);
      if (row !== undefined && row.receipt.receivedSeqId < row.hot.lastSeqId) this.#consider(sessionId, [row.hot.last]);
    }
  }

  alarm(): void {
    this.#book.alarm();
  }

  erase(): void {
    this.#book.erase();
  }

  #isWatched(): boolean {
    const { desk, clock } = this.#mailbox;
    const isHeard = (one: Connection) => clock.nowMs() - one.lastSeenMs() <= SILENT_MS;
    return desk.connections().some((one) => one.state.background === undefined && isHeard(one));
  }

  #circumstances(): Circumstances {
    const { tokens, relations } = this.#ports;
    const { me, clock } = this.#mailbox;
    const isBlocked = (userId: UserId) => relations.standing(userId).blocked;
    return { me, nowMs: clock.nowMs(), settings: tokens.settings(), timeZone: tokens.timeZone(), isBlocked };
  }

  /** What is waiting is joined; else there is a new push, in the place of the session's last. Each message once. */
  #consider(sessionId: string, entries: readonly Entry[]): void {
    const hot = this.#mailbox.hotSessions.find(sessionId);
    if (hot === undefined) return;
    const row = this.#book.find(sessionId);
    const old = row === undefined ? [] : messagesOf(row);
    const fresh = toBeShown(entries, hot, this.#circumstances()).filter(isNewTo(old));
    const newest = fresh.at(-1);
    if (newest === undefined) return;
    const messages = [...old.filter(({ seqId }) => seqId > hot.readSeqId), ...fresh].slice(-MAX_SHOWN);
    this.#ports.names.want(newest.from, sessionId as SessionId); // SAFETY: only ids of sessions are delivered
    if (row?.push.state.kind === "waiting") this.#book.change(row, { about: { kind: "session", messages } });
    else this.#begin(sessionId, messages);
  }

  #begin(sessionId: string, messages: readonly Shown[]): void {
    this.#book.begin(sessionId, { kind: "session", messages }, this.#mailbox.clock.nowMs() + SESSION_TTL_MS);
  }

  /** What is done to a message is done to what a push would show of it. */
  #follow(sessionId: string, entries: readonly Entry[]): void {
    const controls = entries.filter((entry) => entry.kind === "control");
    if (controls.length === 0) return;
    for (const entry of controls) {
      const row = this.#book.find(sessionId);
      if (row === undefined) return;
      this.#amend(row, entry);
    }
  }

  #amend(row: PushRow, { control }: ControlEntry): void {
    const span = spanOf(control);
    const messages = messagesOf(row);
    const targets = messages.filter(({ seqId, from }) => hasMessage(span, seqId, from));
    const last = targets.at(-1);
    if (last === undefined) return;
    if (goneAs(control) !== undefined) {
      this.#retract(row, targets);
    } else if (control.op === "override") {
      const { contentType } = control;
      const content = excerptOf(control.content);
      const edited = messages.map((one) => (one.seqId === last.seqId ? { ...one, contentType, content } : one));
      this.#book.change(row, { about: { kind: "session", messages: edited } });
    }
  }

  /** Before it is sent: not sent. Once devices show it, what came before takes its place, or it is withdrawn. */
  #retract(row: PushRow, targets: readonly Shown[]): void {
    const { state } = row.push;
    const messages = messagesOf(row).filter((one) => !targets.includes(one));
    const about: SessionPush = { kind: "session", messages };
    const changed = this.#book.change(row, { about });
    const shown = targets.find(({ seqId }) => state.kind === "sent" && state.shown === seqId);
    const withdrawn = shown ?? targets.at(-1);
    if (messages.length === 0 && (shown !== undefined || state.kind === "waiting"))
      this.#book.withdraw(changed, withdrawn?.seqId ?? 0);
    else if (shown !== undefined) this.#begin(row.subject, messages);
  }

  #notify({ packId, notification }: PushNotifyCall): null {
    const { tokens } = this.#ports;
    const subject = `push ${packId}`;
    if (!tokens.hasAny() || this.#book.find(subject) !== undefined) return null;
    if (isQuiet(this.#circumstances(), notification.urgent)) return null;
    const ttlMs = (notification.ttlSeconds ?? DIRECT_TTL_S) * 1_000;
    this.#book.begin(subject, { kind: "direct", notification }, this.#mailbox.clock.nowMs() + Math.max(ttlMs, 60_000));
    return null;
  }
}

function messagesOf({ push: { about } }: PushRow): readonly Shown[] {
  return about.kind === "session" ? about.messages : [];
}

function isNewTo(messages: readonly Shown[]): (shown: Shown) => boolean {
  const known = new Set(messages.map(({ seqId }) => seqId));
  return ({ seqId }) => !known.has(seqId);
}
