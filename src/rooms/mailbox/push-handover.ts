import type { SessionId, UserId } from "../../protocol/ids.ts";
import { pushTokenIdOf } from "../../protocol/push-token-id.ts";
import type {
  PushCall,
  PushDevice,
  PushOutcome,
  PushPart,
  PushRecord,
  PushResult,
  PushSettled,
  PushTaken,
} from "../../protocol/rpc/push-call.ts";
import type { Mailbox, MailboxCalls } from "./feature.ts";
import type { PushBook } from "./push-book.ts";
import type { PushNames } from "./push-names.ts";
import { directParts, type PushBase, sessionParts } from "./push-parts.ts";
import type { PushRow, SettledTarget, Shown } from "./push-row.ts";
import type { PushTokens } from "./push-tokens.ts";
import type { Relations } from "./relations.ts";
import type { MailboxStore } from "./store.ts";

const NOTHING: PushTaken = { kind: "nothing" };
/** After these a device is not tried again. */
const FINAL: ReadonlySet<PushOutcome["kind"]> = new Set(["sent", "giveUp", "dropToken"] as const);

interface HandoverPorts {
  readonly book: PushBook;
  readonly tokens: PushTokens;
  readonly names: PushNames;
  readonly relations: Relations;
  readonly store: MailboxStore;
  /** Whether somebody looks at one of the user's devices. */
  isWatched(): boolean;
}

/** Hands pushes over to the dispatcher, as they are at that moment, and learns what became of them. */
export class PushHandover {
  readonly #mailbox: Mailbox;
  readonly #ports: HandoverPorts;

  constructor(mailbox: Mailbox, ports: HandoverPorts) {
    this.#mailbox = mailbox;
    this.#ports = ports;
  }

  readonly calls = {
    "push.take": ({ pushId }) => this.#take(pushId),
    "push.settle": ({ pushId, results }) => this.#settle(pushId, results),
    "push.receipt": (call) => this.#receipt(call),
  } satisfies MailboxCalls;

  #take(pushId: string): PushTaken {
    const row = this.#ports.book.byId(pushId);
    if (row === undefined) return NOTHING;
    switch (row.push.state.kind) {
      case "waiting":
      case "taken":
        return this.#send(row);
      case "withdrawing":
        return this.#withdraw(row, row.push.state.shown);
      case "sent":
        return NOTHING;
      default:
        return row.push.state satisfies never;
    }
  }

  #send(row: PushRow): PushTaken {
    const { book, tokens } = this.#ports;
    const shown = this.#shownOf(row);
    const devices = this.#devicesOf(row);
    const obstacle = this.#obstacle(row, shown) ?? (devices.length === 0 ? "no device" : undefined);
    if (obstacle !== undefined || tokens.settings().off) {
      book.log({ ...this.#aboutRow(row), event: "skipped", reason: obstacle ?? "off" });
      this.#finish(row);
      return NOTHING;
    }
    const seqId = shown?.seqId ?? 0;
    const { state } = row.push;
    if (state.kind !== "taken" || state.shown !== seqId) book.change(row, { state: { kind: "taken", shown: seqId } });
    return { kind: "send", parts: this.#partsOf(row, shown, devices), expiresAtMs: row.expiresAtMs };
  }

  /** The newest message that is still to be shown. */
  #shownOf({ subject, push: { about } }: PushRow): Shown | undefined {
    if (about.kind === "direct") return undefined;
    const nowMs = this.#mailbox.clock.nowMs();
    const readSeqId = this.#mailbox.hotSessions.find(subject)?.readSeqId ?? 0;
    return about.messages.findLast(({ seqId, expiresAtMs = nowMs + 1 }) => seqId > readSeqId && expiresAtMs > nowMs);
  }

  /** Why it is not to be sent any more. */
  #obstacle({ push: { about } }: PushRow, shown: Shown | undefined): string | undefined {
    if (about.kind === "direct") return undefined;
    if (shown === undefined) return "read";
    return this.#ports.isWatched() ? "seen" : undefined;
  }

  #devicesOf({ push: { about, settled } }: PushRow): PushDevice[] {
    const only = about.kind === "direct" ? about.notification.providers : undefined;
    return this.#ports.tokens
      .devices()
      .filter(({ tokenId, provider }) => !Object.hasOwn(settled, tokenId) && (only?.includes(provider) ?? true));
  }

  #partsOf(row: PushRow, shown: Shown | undefined, devices: readonly PushDevice[]): PushPart[] {
    const base = this.#baseOf(row);
    const { about } = row.push;
    if (about.kind === "direct") return directParts(about, base, devices);
    if (shown === undefined) return [];
    return sessionParts({ sessionId: row.subject as SessionId, shown, base }, devices); // SAFETY: the subject of a push about a session
  }

  #baseOf(row: PushRow): PushBase {
    const { tokens, names, relations, store, book } = this.#ports;
    const { locale, hideContent = false } = tokens.settings();
    return {
      pushId: book.idOf(row),
      badge: store.unreadTotal(),
      ttlSeconds: this.#secondsLeft(row),
      locale,
      hideContent,
      nameOf: (userId: UserId) => relations.remarkOf(userId) || names.ofUser(userId) || userId,
      nameOfSession: (sessionId) => names.ofSession(sessionId) || undefined,
    };
  }

  #secondsLeft({ expiresAtMs, push: { about } }: PushRow): number {
    if (about.kind === "direct" && about.notification.ttlSeconds === 0) return 0;
    return Math.max(0, Math.floor((expiresAtMs - this.#mailbox.clock.nowMs()) / 1_000));
  }

  #withdraw(row: PushRow, shown: number): PushTaken {
    const { book, tokens, store } = this.#ports;
    const { settled } = row.push;
    const targets = tokens.devices(this.#looking()).flatMap((target) => {
      const { isSent = false, providerMessageId } = settled[target.tokenId] ?? {};
      return isSent ? [{ target, ...(providerMessageId !== undefined && { providerMessageId }) }] : [];
    });
    if (targets.length === 0) {
      book.end(row);
      return NOTHING;
    }
    const id = `${book.idOf(row)}w`;
    const about = { id, collapseId: row.subject, sessionId: row.subject, seqId: shown };
    const how = { badge: store.unreadTotal(), ttlSeconds: this.#secondsLeft(row) };
    return { kind: "withdraw", withdrawal: { ...about, ...how, targets }, expiresAtMs: row.expiresAtMs };
  }

  /** Devices that somebody looks at, which clear away by themselves what they show. */
  #looking(): Set<string> {
    const open = this.#mailbox.desk.connections().filter(({ state }) => state.background === undefined);
    return new Set(open.map(({ state }) => state.deviceId));
  }

  #settle(pushId: string, results: readonly PushResult[]): PushSettled {
    const { book, tokens } = this.#ports;
    const row = book.byId(pushId);
    const providers = new Map(tokens.devices().map(({ tokenId, provider }) => [tokenId, provider]));
    const about = row === undefined ? { pushId } : this.#aboutRow(row);
    const isWithdrawal = row?.push.state.kind === "withdrawing";
    for (const { tokenId, outcome } of results) {
      const event = isWithdrawal && outcome.kind === "sent" ? "withdrawn" : outcome.kind;
      const provider = providers.get(tokenId);
      book.log({ ...about, event, tokenId, ...(provider !== undefined && { provider }), ...detailsOf(outcome) });
      if (outcome.kind === "dropToken") tokens.drop(tokenId, outcome.invalidSinceMs);
    }
    // When its last token was dropped, nothing is left of it.
    const current = row === undefined ? undefined : book.byId(pushId);
    if (current === undefined) return { left: 0 };
    const final = results.filter(({ outcome }) => FINAL.has(outcome.kind));
    return { left: isWithdrawal ? this.#withdrawn(current, final) : this.#sent(current, final) };
  }

  #sent(row: PushRow, results: readonly PushResult[]): number {
    const { book } = this.#ports;
    // A repeated answer changes nothing: a push that was withdrawn, or that a newer one follows, is not taken any more.
    if (row.push.state.kind !== "taken") return 0;
    const settled = { ...row.push.settled, ...Object.fromEntries(results.map((one) => [one.tokenId, settledBy(one)])) };
    const next = book.change(row, { settled });
    const left = this.#devicesOf(next).length;
    if (left === 0) this.#finish(next);
    return left;
  }

  #withdrawn(row: PushRow, results: readonly PushResult[]): number {
    const { book } = this.#ports;
    const done = new Set(results.map(({ tokenId }) => tokenId));
    const rest = Object.entries(row.push.settled).filter(([tokenId, { isSent }]) => isSent && !done.has(tokenId));
    if (rest.length === 0) book.end(row);
    else book.change(row, { settled: Object.fromEntries(rest) });
    return rest.length;
  }

  /** No device is left. What was recalled while it was being sent is taken back now. */
  #finish(row: PushRow): void {
    const { book } = this.#ports;
    const { state, about, settled } = row.push;
    const isSent = Object.values(settled).some((target) => target.isSent);
    if (about.kind === "direct" && isSent) book.change(row, { state: { kind: "sent", shown: 0 } });
    else if (about.kind === "direct" || state.kind !== "taken") book.end(row);
    else if (about.messages.length === 0) book.withdraw(row, state.shown);
    else if (!isSent) book.end(row);
    else if (about.messages.some(({ seqId }) => seqId === state.shown))
      book.change(row, { state: { kind: "sent", shown: state.shown } });
    else book.begin(row.subject, about, row.expiresAtMs);
  }

  #receipt({ provider, receipts }: PushCall & { type: "push.receipt" }): null {
    const { book, tokens } = this.#ports;
    for (const { kind: event, messageId, pushId, token, reason, isTokenDead, atMs } of receipts) {
      const tokenId = token === undefined ? undefined : pushTokenIdOf(provider, { kind: "token", token });
      book.log({
        ...{ event, provider, providerMessageId: messageId },
        ...(pushId !== undefined && { pushId }),
        ...(tokenId !== undefined && { tokenId }),
        ...(reason !== undefined && { reason }),
      });
      if (isTokenDead && tokenId !== undefined) tokens.drop(tokenId, atMs);
    }
    return null;
  }

  #aboutRow(row: PushRow): Pick<PushRecord, "pushId" | "sessionId" | "seqId"> {
    const { about, state } = row.push;
    const pushId = this.#ports.book.idOf(row);
    if (about.kind === "direct") return { pushId };
    const seqId = state.kind === "waiting" ? about.messages.at(-1)?.seqId : state.shown;
    return { pushId, sessionId: row.subject, ...(seqId !== undefined && { seqId }) };
  }
}

function settledBy({ outcome }: PushResult): SettledTarget {
  if (outcome.kind !== "sent") return { isSent: false };
  const { providerMessageId } = outcome;
  return { isSent: true, ...(providerMessageId !== undefined && { providerMessageId }) };
}

function detailsOf(outcome: PushOutcome): Pick<PushRecord, "reason" | "providerMessageId"> {
  if (outcome.kind !== "sent") return { reason: outcome.reason };
  return outcome.providerMessageId === undefined ? {} : { providerMessageId: outcome.providerMessageId };
}
