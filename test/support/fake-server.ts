import { ParleyClient } from "../../src/client/client.ts";
import type { ClientOptions, Store } from "../../src/client/index.ts";
import { MemoryStore } from "../../src/client/memory-store.ts";
import type { AckFrame, DownFrame } from "../../src/protocol/down.ts";
import { ERRORS, type ErrorName } from "../../src/protocol/errors.ts";
import { PING_TEXT, PONG_TEXT } from "../../src/protocol/version.ts";
import { FakeEnvironment, type FakeSocket, fakeToken, framesOf, turn, type WrittenFrame } from "./fake-environment.ts";

/** What a request is answered with: the data of a success, or a coded error. */
export type Reply = object | ErrorName;
type Handler = (frame: WrittenFrame) => Reply | undefined;

/** A server in the hands of a test, and clients of one user that talk to it. Unless told otherwise it knows nothing. */
export class FakeServer {
  readonly environment: FakeEnvironment;
  readonly userId: string;
  /** Every request, in order. */
  readonly requests: WrittenFrame[] = [];
  readonly #handlers = new Map<string, Handler>();
  #socket: FakeSocket | undefined;

  constructor(userId = "alice", seed = 1) {
    this.userId = userId;
    this.environment = new FakeEnvironment(seed);
    this.on("sync.sessions", () => ({ sessions: [], version: 1, more: false, priority: 0 }));
    this.on("sync.priority", ({ after }) => ({ items: [], cursor: after, more: false }));
    this.on("history.pull", () => ({ entries: [], more: false }));
    this.environment.onSocket = (socket) => {
      this.#socket = socket;
      socket.onWritten = (text) => this.#written(socket, text);
      queueMicrotask(() => socket.open());
    };
  }

  /** How requests of a type are answered: with `undefined` not at all, or later by `answer`. */
  on(type: string, handler: Handler): void {
    this.#handlers.set(type, handler);
  }

  client(store: Store = new MemoryStore(), options: Partial<ClientOptions> = {}): ParleyClient {
    const token = fakeToken(this.userId);
    const link = { url: "http://parley.test", token: () => token, deviceId: "d1", deviceType: "web" } as const;
    return new ParleyClient({ ...link, store, ...options }, this.environment);
  }

  async online(store?: Store, options?: Partial<ClientOptions>): Promise<ParleyClient> {
    const client = this.client(store, options);
    client.connect();
    await client.ready();
    return client;
  }

  /** Says something on the newest connection. */
  say(...frames: DownFrame[]): void {
    if (frames.length > 0) this.#socket?.say(...frames);
  }

  answer({ packId }: WrittenFrame, reply: Reply): void {
    this.say(ackOf(packId, reply));
  }

  /** The connection is lost; the client comes back after a while. */
  async drop(): Promise<void> {
    this.#socket?.drop();
    await turn();
  }

  /** Frames of a type that were asked so far. */
  asked(type: string): WrittenFrame[] {
    return this.requests.filter((frame) => frame.type === type);
  }

  #written(socket: FakeSocket, text: string): void {
    if (text === PING_TEXT) socket.text(PONG_TEXT);
    else for (const frame of framesOf(text)) this.#request(socket, frame);
  }

  #request(socket: FakeSocket, frame: WrittenFrame): void {
    this.requests.push(frame);
    const handler = this.#handlers.get(frame.type) ?? (() => ({}));
    const reply = handler(frame);
    if (reply !== undefined) queueMicrotask(() => socket.say(ackOf(frame.packId, reply)));
  }
}

function ackOf(packId: string, reply: Reply): DownFrame {
  const fields =
    typeof reply === "string" ? { code: ERRORS[reply].code, message: ERRORS[reply].message } : { code: 0, data: reply };
  const ack: unknown = { type: "ack", packId, ...fields };
  return ack as AckFrame; // SAFETY: tests may answer with anything
}
