import type { Content } from "../protocol/content-type.ts";
import type { DownFrame } from "../protocol/down.ts";
import type { Entry, HotSession } from "../protocol/entry.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { HistoryResult, MsgReadResult, MsgSendResult } from "../protocol/frames/message.ts";
import type { SyncSessionsResult } from "../protocol/frames/sync.ts";
import type { DeviceType } from "../protocol/ids.ts";
import { MAX_HISTORY_LIMIT } from "../protocol/limits.ts";
import { answerOf } from "./answer.ts";
import { defaultEnvironment } from "./defaults.ts";
import { Emitter } from "./emitter.ts";
import { EntryStream } from "./entry-stream.ts";
import type { Environment } from "./environment.ts";
import { Exchanges } from "./exchanges.ts";
import { Groups } from "./groups.ts";
import { Link } from "./link.ts";
import { Outbox } from "./outbox.ts";
import { type Request, Requests } from "./requests.ts";
import type { Status } from "./status.ts";
import { type ClientState, Timelines } from "./timelines.ts";
import type { TokenSource } from "./token.ts";

const NORMAL_CLOSURE = 1000;

export interface ClientOptions {
  /** Where the server is: http(s):// or ws(s)://. */
  readonly url: string;
  /** A JWT from `POST /v1/tokens`, or a function that fetches one; only with a function can it be renewed. */
  readonly token: TokenSource;
  /** This install. Letters, digits and `. _ : -`, at most 64. */
  readonly deviceId: string;
  /** One connection per type: a newer one of the same type ends the older with `KICKED`. */
  readonly deviceType: DeviceType;
  /** What `state` gave in an earlier run: the client goes on from there. */
  readonly state?: ClientState;
}

export interface SessionEntry {
  readonly sessionId: string;
  readonly entry: Entry;
}

export interface ClientEvents {
  /** Every entry of every session of the user, own ones included: per session in order, without holes, each once. */
  entry: SessionEntry;
  /** A row of the session list changed: a new entry, or the read state. */
  session: HotSession;
  /** Entries in (after, upTo] of a session that the user is no longer a member of were missed and cannot be had. */
  gap: { readonly sessionId: string; readonly after: number; readonly upTo: number };
  status: Status;
}

export type HistoryRange = Pick<Request<"history.pull">, "before" | "after" | "limit">;

/** A user's connection to Parley: reconnects, resends, keeps the order and fills gaps by itself. */
export class ParleyClient {
  readonly groups: Groups;
  readonly #emitter = new Emitter<ClientEvents>();
  readonly #environment: Environment;
  readonly #link: Link;
  readonly #exchanges: Exchanges;
  readonly #requests: Requests;
  readonly #outbox: Outbox;
  readonly #timelines: Timelines;
  readonly #streams = new Set<EntryStream<SessionEntry>>();
  #syncPackId = "";

  constructor({ state, ...link }: ClientOptions, environment: Environment = defaultEnvironment) {
    this.#environment = environment;
    this.#link = new Link(link, environment, {
      opened: (userId) => this.#opened(userId),
      text: (text) => this.#received(text),
      lost: () => this.#lost(),
      status: (status) => this.#statusChanged(status),
    });
    this.#exchanges = new Exchanges(environment, (message) => this.#link.send(message));
    this.#requests = new Requests(environment, this.#exchanges);
    this.#outbox = new Outbox(environment, this.#exchanges);
    this.groups = new Groups(this.#requests);
    const handlers = {
      entry: (sessionId: string, entry: Entry) => this.#emitter.emit("entry", { sessionId, entry }),
      session: (session: HotSession) => this.#emitter.emit("session", session),
      gap: (sessionId: string, after: number, upTo: number) => this.#emitter.emit("gap", { sessionId, after, upTo }),
      pull: (sessionId: string, after: number) => this.history(sessionId, { after, limit: MAX_HISTORY_LIMIT }),
    };
    this.#timelines = new Timelines(handlers, state);
  }

  /** Starts connecting; from now on the client stays connected until `close`. Listen first, then connect. */
  connect(): void {
    this.#link.start();
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
      const off = this.#emitter.on("status", (status) => {
        if (check(status)) off();
      });
    });
  }

  get status(): Status {
    return this.#link.status;
  }

  /** Listens; the answer ends it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  /** The same as the `entry` event, from now on, for `for await`. Ends with `close`. */
  entries(): AsyncIterableIterator<SessionEntry> {
    const stream = new EntryStream<SessionEntry>(() => {
      off();
      this.#streams.delete(stream);
    });
    const off = this.#emitter.on("entry", (event) => stream.push(event));
    this.#streams.add(stream);
    return stream;
  }

  /**
   * Sends a message; resolves when it is durable. It is tried, in order, until then, through reconnects. Rejects with
   * `ParleyError` when the server refuses it, when too many wait (`TOO_MANY_PENDING`), or on `close` (`CLOSED`: it may or
   * may not have been stored; sending it again with the same `packId` makes sure).
   */
  send(
    sessionId: string,
    content: Content,
    { contentType = 1, packId }: { contentType?: number; packId?: string } = {},
  ): Promise<MsgSendResult> {
    return this.#outbox.send({ sessionId, content, contentType, packId: packId ?? this.#environment.newPackId() });
  }

  /** Everything up to `seqId` is read, on all devices. */
  read(sessionId: string, seqId: number): Promise<MsgReadResult> {
    return this.#requests.ask({ type: "msg.read", sessionId, seqId }, (state) =>
      this.#timelines.read(sessionId, state),
    );
  }

  /** A page of a session's log, ascending: the newest below `before`, the oldest beyond `after`, or the latest. */
  history(sessionId: string, range: HistoryRange = {}): Promise<HistoryResult> {
    return this.#requests.ask({ type: "history.pull", sessionId, ...range });
  }

  /** The session list, the most recently active first. Complete once online. */
  sessions(): HotSession[] {
    return this.#timelines.sessions().sort((a, b) => b.last.timestamp - a.last.timestamp);
  }

  session(sessionId: string): HotSession | undefined {
    return this.#timelines.find(sessionId);
  }

  unreadTotal(): number {
    return this.#timelines.sessions().reduce((total, { unread }) => total + unread, 0);
  }

  /** Plain data to keep and give to the next run, as of the entries that were handed out so far. */
  get state(): ClientState {
    return this.#timelines.state;
  }

  /** Final. What was not acked fails with `CLOSED`. */
  close(): void {
    this.#link.stop(NORMAL_CLOSURE, "closed by the application");
  }

  #opened(userId: string): void {
    try {
      this.#timelines.identify(userId);
      this.#sync();
    } catch (thrown) {
      this.#link.stop(NORMAL_CLOSURE, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  #sync(): void {
    const packId = this.#environment.newPackId();
    this.#syncPackId = packId;
    const since = this.#timelines.version;
    this.#exchanges.beginSync({ type: "sync.sessions", packId, since }, (answer) => {
      if (answer.ok)
        this.#synced(answer.data as SyncSessionsResult); // SAFETY: the result of sync.sessions
      else this.#link.restart(`no sync: ${answer.error.message}`);
    });
  }

  #synced({ sessions, version, more }: SyncSessionsResult): void {
    this.#timelines.synced(sessions, version, !more);
    if (more) {
      this.#sync();
      return;
    }
    this.#link.online();
    this.#exchanges.online();
    this.#timelines.online();
  }

  #lost(): void {
    this.#exchanges.forget(this.#syncPackId);
    this.#exchanges.offline();
    this.#timelines.offline();
  }

  #statusChanged(status: Status): void {
    if (status.state === "closed") {
      this.#timelines.close();
      this.#exchanges.close(new ParleyError("CLOSED", status.reason));
      for (const stream of this.#streams) stream.end();
    }
    this.#emitter.emit("status", status);
  }

  #received(text: string): void {
    const value = JSON.parse(text) as DownFrame | DownFrame[]; // SAFETY: from the server, which validates nothing less
    for (const frame of Array.isArray(value) ? value : [value]) this.#handle(frame);
  }

  #handle(frame: DownFrame): void {
    switch (frame.type) {
      case "ack":
        this.#exchanges.settle(frame.packId, answerOf(frame));
        return;
      case "entry":
        this.#timelines.received(frame.sessionId, frame.entries);
        return;
      case "session":
        this.#timelines.read(frame.session.sessionId, frame.session);
        return;
      default:
        // After `kicked` and `error` the close code says what to do; and a newer server may say more than we know.
        return;
    }
  }
}
