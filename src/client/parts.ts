import type { Content } from "../protocol/content-type.ts";
import type { Entry } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { HistoryResult, MsgSendResult } from "../protocol/frames/message.ts";
import { Emitter } from "./emitter.ts";
import type { Environment } from "./environment.ts";
import type { ClientEvents } from "./events.ts";
import { Exchanges } from "./exchanges.ts";
import { Inbox } from "./inbox.ts";
import { Link, type LinkOptions } from "./link.ts";
import { Outbox, type SendOptions } from "./outbox.ts";
import { Presence } from "./presence.ts";
import { Pushes } from "./pushes.ts";
import { Receipts } from "./receipts.ts";
import { type HistoryRange, Replica } from "./replica.ts";
import { Requests } from "./requests.ts";
import type { Status } from "./status.ts";
import type { Store } from "./store.ts";
import { Sync } from "./sync.ts";
import { Typing } from "./typing.ts";

const NORMAL_CLOSURE = 1000;

export interface PartsOptions {
  readonly link: LinkOptions;
  readonly store: Store;
  readonly cachedEntries: number;
  readonly hasReceipts: boolean;
}

/** What a client is made of, and how the parts hang together. */
export class Parts {
  readonly events = new Emitter<ClientEvents>();
  readonly link: Link;
  readonly exchanges: Exchanges;
  readonly requests: Requests;
  readonly outbox: Outbox;
  readonly replica: Replica;
  readonly typing: Typing;
  readonly receipts: Receipts;
  readonly sync: Sync;
  readonly presence: Presence;
  readonly pushes: Pushes;
  /** Resolves when the store has everything. Begins when the link is closed. */
  closed: Promise<void> | undefined;
  readonly #environment: Environment;

  constructor({ link, store, cachedEntries, hasReceipts }: PartsOptions, environment: Environment) {
    const { events } = this;
    this.#environment = environment;
    this.exchanges = new Exchanges(environment, (message) => this.link.send(message));
    this.requests = new Requests(environment, this.exchanges);
    this.outbox = new Outbox(environment, this.exchanges);
    const history = (sessionId: string, range: HistoryRange) => this.history(sessionId, range);
    this.replica = new Replica({ environment, events, store, cachedEntries, history });
    this.typing = new Typing({
      environment,
      say: (sessionId, isTyping) => this.requests.tell({ type: "typing", sessionId, isTyping }),
      tell: (event) => events.emit("typing", event),
    });
    this.receipts = new Receipts(environment, this.requests, (id) => this.replica.timelines.find(id)?.readSeqId ?? 0);
    this.sync = new Sync({
      environment,
      exchanges: this.exchanges,
      requests: this.requests,
      replica: this.replica,
      live: () => this.#live(),
      failed: (reason) => this.link.restart(reason),
    });
    this.presence = new Presence(this.requests, (presence) => events.emit("presence", presence));
    this.pushes = new Pushes(this.requests);
    const { exchanges, replica, typing } = this;
    const inbox = new Inbox({ exchanges, replica, typing, events });
    this.link = new Link(link, environment, {
      opened: (userId) => this.#opened(userId),
      text: (text) => inbox.received(text),
      lost: () => this.#lost(),
      status: (status) => this.#statusChanged(status),
    });
    events.on("entry", ({ sessionId, entry }) => this.#handedOut(sessionId, entry, hasReceipts));
  }

  send(sessionId: string, content: Content, options: SendOptions): Promise<MsgSendResult> {
    const { contentType = 1, packId = this.#environment.newPackId() } = options;
    this.typing.sent(sessionId);
    return this.outbox.send({ ...options, sessionId, content, contentType, packId });
  }

  history(sessionId: string, range: HistoryRange): Promise<HistoryResult> {
    return this.requests.ask({ type: "history.pull", sessionId, ...range });
  }

  #opened(userId: string): void {
    try {
      this.replica.timelines.identify(userId);
      this.sync.begin();
    } catch (thrown) {
      this.link.stop(NORMAL_CLOSURE, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  #live(): void {
    this.link.online();
    this.exchanges.online();
    this.presence.online();
    this.pushes.online();
    this.replica.timelines.online();
  }

  #lost(): void {
    this.sync.lost();
    this.exchanges.offline();
    this.replica.timelines.offline();
  }

  #statusChanged(status: Status): void {
    if (status.state === "closed") {
      this.typing.close();
      this.receipts.close();
      this.exchanges.close(new ParleyError("CLOSED", status.reason));
      this.closed = this.replica.close();
    }
    this.events.emit("status", status);
  }

  #handedOut(sessionId: string, entry: Entry, hasReceipts: boolean): void {
    this.typing.heardEntry(sessionId, entry.from);
    const isMessage = entry.kind === "message" && entry.from !== this.replica.timelines.me;
    if (hasReceipts && isMessage) this.receipts.received(sessionId, entry.seqId);
  }
}
