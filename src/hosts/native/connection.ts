import type { Connection, ConnectionState } from "../../kernel/ports.ts";
import type { RoomName } from "../../kernel/room-name.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import type { Codec } from "../../protocol/codec.ts";
import type { DownFrame } from "../../protocol/down.ts";
import { MAX_BUFFERED_BYTES } from "../../protocol/limits.ts";

/** What the runtimes' sockets have in common. */
export interface Socket {
  send(text: string): void;
  /** Starts the close handshake. */
  close(code: number, reason: string): void;
  /** Drops the socket without one. */
  terminate(): void;
  /** Bytes that `send` took and the network did not yet. */
  bufferedBytes(): number;
}

/** A peer that does not take part in the close handshake is cut off after this. */
const CLOSE_GRACE_MS = 5_000;

/** An open socket, and the frames of the running turn that wait for its commit. */
export class NativeConnection implements Connection {
  readonly room: RoomName;
  readonly codec: Codec;
  readonly #socket: Socket;
  #state: ConnectionState;
  /** The state before the running turn. */
  #committed: ConnectionState;
  #lastSeenMs: number;
  #waiting: DownFrame[] = [];
  #isClosing = false;
  #grace: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: Socket, codec: Codec, opening: { room: RoomName; state: ConnectionState }) {
    this.#socket = socket;
    this.codec = codec;
    this.room = opening.room;
    this.#state = opening.state;
    this.#committed = opening.state;
    this.#lastSeenMs = Date.now();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  save(state: ConnectionState): void {
    this.#state = state;
  }

  lastSeenMs(): number {
    return this.#lastSeenMs;
  }

  heard(): void {
    this.#lastSeenMs = Date.now();
  }

  /** Answers a keep-alive, outside of any turn. */
  sendText(text: string): void {
    if (!this.#isClosing) this.#socket.send(text);
  }

  /** Returns whether it is the first one since the last flush. */
  hold(frame: DownFrame): boolean {
    return this.#waiting.push(frame) === 1;
  }

  get isOpen(): boolean {
    return !this.#isClosing;
  }

  /** The turn is lost: replaces what is held, where `replace` has something to say instead; the rest is dropped. */
  revise(replace: (frame: DownFrame) => DownFrame | undefined): void {
    this.#state = this.#committed;
    this.#waiting = this.#waiting.map(replace).filter((frame) => frame !== undefined);
  }

  /** Writes what was held as one message. Returns false when the peer does not drain and was closed. */
  flush(): boolean {
    const frames = this.#waiting;
    this.#waiting = [];
    this.#committed = this.#state;
    if (this.#isClosing || frames.length === 0) return true;
    this.#socket.send(this.codec.encode(frames));
    if (this.#socket.bufferedBytes() <= MAX_BUFFERED_BYTES) return true;
    this.close(CLOSE.SLOW_CONSUMER, "too slow");
    return false;
  }

  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#grace = setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS);
    this.#socket.close(code, reason);
  }

  /** The socket is gone. */
  closed(): void {
    this.#isClosing = true;
    clearTimeout(this.#grace);
  }
}
