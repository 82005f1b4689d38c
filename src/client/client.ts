import type { Content } from "../protocol/content-type.ts";
import type { Entry, HotSession } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { HistoryResult, MsgReadResult, MsgSendResult } from "../protocol/frames/message.ts";
import type { SearchMessagesResult } from "../protocol/frames/search.ts";
import { DEFAULT_HISTORY_LIMIT } from "../protocol/limits.ts";
import { Blocks } from "./blocks.ts";
import { defaultEnvironment } from "./defaults.ts";
import { Devices } from "./devices.ts";
import { EntryStream } from "./entry-stream.ts";
import type { Environment } from "./environment.ts";
import type { ClientEvents, SessionEntry } from "./events.ts";
import { Friends } from "./friends.ts";
import { Groups } from "./groups.ts";
import { MemoryStore } from "./memory-store.ts";
import { Messages } from "./messages.ts";
import { Monitors } from "./monitors.ts";
import type { ClientOptions } from "./options.ts";
import type { SendOptions } from "./outbox.ts";
import { OutgoingStream, type StreamOptions } from "./outgoing-stream.ts";
import { Parts } from "./parts.ts";
import type { Presence } from "./presence.ts";
import type { Pushes } from "./pushes.ts";
import type { HistoryRange } from "./replica.ts";
import type { SearchQuery } from "./requests.ts";
import { SessionList } from "./session-list.ts";
import type { Status } from "./status.ts";
import { Users } from "./users.ts";

const NORMAL_CLOSURE = 1000;
const DEFAULT_CACHED_ENTRIES = 200;

/** A user's connection to Parley: reconnects, resends, keeps the order and fills gaps by itself. */
export class ParleyClient {
  readonly groups: Groups;
  readonly messages: Messages;
  readonly sessionList: SessionList;
  readonly friends: Friends;
  readonly blocks: Blocks;
  readonly users: Users;
  readonly devices: Devices;
  readonly pushes: Pushes;
  readonly presence: Presence;
  readonly monitors: Monitors;
  readonly #parts: Parts;
  readonly #streams = new Set<EntryStream<SessionEntry>>();
  #loading: Promise<void> | undefined;

  constructor(options: ClientOptions, environment: Environment = defaultEnvironment) {
    const { store = new MemoryStore(), cachedEntries = DEFAULT_CACHED_ENTRIES, receipts, ...link } = options;
    const parts = new Parts({ link, store, cachedEntries, hasReceipts: receipts ?? true }, environment);
    this.#parts = parts;
    const { requests, replica } = parts;
    this.groups = new Groups(requests);
    this.messages = new Messages(requests, replica, (...message) => parts.send(...message));
    this.sessionList = new SessionList(requests, replica.timelines, parts.sync);
    this.friends = new Friends(requests);
    this.blocks = new Blocks(requests);
    this.users = new Users(requests);
    this.devices = new Devices(requests);
    this.pushes = parts.pushes;
    this.presence = parts.presence;
    this.monitors = new Monitors(requests);
    parts.events.on("status", ({ state }) => {
      if (state === "closed") for (const stream of this.#streams) stream.end();
    });
  }

  /** Reads the store, then connects; from now on the client stays connected until `close`. Listen first, then connect. */
  connect(): void {
    void this.#load().then(() => this.#parts.link.start());
  }

  /** Resolves when online; rejects with `CLOSED` when that will not be: wrong token, kicked, closed. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (status: Status): boolean => {
        if (status.state === "online") resolve();
        else if (status.state === "closed") reject(new ParleyError("CLOSED", `${status.code} ${status.reason}`));
        else return false;
        return true;
      };
      if (check(this.status)) return;
      const off = this.on("status", (status) => {
        if (check(status)) off();
      });
    });
  }

  get status(): Status {
    return this.#parts.link.status;
  }

  /** Listens; the answer ends it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.#parts.events.on(name, listener);
  }

  /** The next event that matches. Rejects with `CLOSED` when the client is closed before that. */
  once<Name extends keyof ClientEvents>(
    name: Name,
    matches: (event: ClientEvents[Name]) => boolean = () => true,
  ): Promise<ClientEvents[Name]> {
    return new Promise((resolve, reject) => {
      const end = () => {
        offEvent();
        offStatus();
      };
      const offEvent = this.on(name, (event) => {
        if (!matches(event)) return;
        end();
        resolve(event);
      });
      const offStatus = this.on("status", ({ state }) => {
        if (state !== "closed") return;
        end();
        reject(new ParleyError("CLOSED"));
      });
    });
  }

  /** The same as the `entry` event, from now on, for `for await`. Ends with `close`. */
  entries(): AsyncIterableIterator<SessionEntry> {
    const stream = new EntryStream<SessionEntry>(() => {
      off();
      this.#streams.delete(stream);
    });
    const off = this.on("entry", (event) => stream.push(event));
    this.#streams.add(stream);
    return stream;
  }

  /**
   * Sends a message; resolves when it is durable. It is tried, in order, until then, through reconnects. Rejects with
   * `ParleyError` when the server refuses it, when too many wait (`TOO_MANY_PENDING`), or on `close` (`CLOSED`: it may or
   * may not have been stored; sending it again with the same `packId` makes sure).
   */
  send(sessionId: string, content: Content, options: SendOptions = {}): Promise<MsgSendResult> {
    return this.#parts.send(sessionId, content, options);
  }

  /** A text message that grows while it is written: an answer that is being thought of. */
  stream(sessionId: string, options: StreamOptions = {}): OutgoingStream {
    this.#parts.typing.sent(sessionId);
    return new OutgoingStream(this.#parts.requests, sessionId, options);
  }

  /** A message for devices that are online now; it is not stored. Arrives as a `signal` event. */
  async signal(sessionId: string, content: Content, contentType = 1): Promise<void> {
    await this.#parts.requests.ask({ type: "msg.signal", sessionId, content, contentType });
  }

  /** The user is writing: call it with every key stroke. Told at most every 3 s; ends 5 s after the last, or with a message. */
  typing(sessionId: string): void {
    this.#parts.typing.typing(sessionId);
  }

  /** The user stopped writing. */
  stopTyping(sessionId: string): void {
    this.#parts.typing.stop(sessionId);
  }

  /** Everything up to `seqId` is read, on all devices. */
  read(sessionId: string, seqId: number): Promise<MsgReadResult> {
    const { requests, replica } = this.#parts;
    return requests.ask({ type: "msg.read", sessionId, seqId }, (state) => replica.timelines.read(sessionId, state));
  }

  /** A page from the server. */
  history(sessionId: string, range: HistoryRange = {}): Promise<HistoryResult> {
    return this.#parts.history(sessionId, range);
  }

  /**
   * A page of the messages that have all of these words, and what else is asked for: of the user's own sessions, the newest
   * first. It may be short, or empty, while there is a `cursor` for the next one.
   */
  search(query: SearchQuery): Promise<SearchMessagesResult> {
    return this.#parts.requests.ask({ type: "search.messages", ...query });
  }

  /** The kept entries of a session, ascending, as they are after all that was done to them. Needs no connection. */
  async cached(sessionId: string): Promise<readonly Entry[]> {
    await this.#load();
    return this.#parts.replica.cached(sessionId);
  }

  /**
   * The entries before `before`, or the newest: from what is kept as far as that goes, then from the server. A page may be
   * shorter than the limit.
   */
  async entriesBefore(
    sessionId: string,
    { before, limit = DEFAULT_HISTORY_LIMIT }: { before?: number | undefined; limit?: number } = {},
  ): Promise<HistoryResult> {
    await this.#load();
    return this.#parts.replica.entriesBefore(sessionId, before, limit);
  }

  /** The session list, the most recently active first, without those that are hidden. Complete once online. */
  sessions(): HotSession[] {
    const shown = this.#parts.replica.timelines.sessions().filter(({ hidden }) => hidden !== true);
    return shown.sort((a, b) => b.last.timestamp - a.last.timestamp);
  }

  /** One row of it, also when it is hidden. */
  session(sessionId: string): HotSession | undefined {
    return this.#parts.replica.timelines.find(sessionId);
  }

  /** Unread messages in all sessions: the number on the application's icon. */
  unreadTotal(): number {
    return this.#parts.replica.timelines.sessions().reduce((total, { unread }) => total + unread, 0);
  }

  /**
   * Final. What was not acked fails with `CLOSED`. Resolves when the store has everything that was handed out: the next run
   * goes on behind it. (A run that ends without it may hand out its last entries again.)
   */
  async close(): Promise<void> {
    this.#parts.link.stop(NORMAL_CLOSURE, "closed by the application");
    await this.#loading;
    await this.#parts.closed;
  }

  #load(): Promise<void> {
    this.#loading ??= this.#parts.replica.load();
    return this.#loading;
  }
}
