import type { Connection, ConnectionState } from "../../kernel/ports.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { jsonCodec } from "../../protocol/codec-json.ts";
import type { DownFrame } from "../../protocol/down.ts";
import { MAX_BUFFERED_BYTES } from "../../protocol/limits.ts";

/** What survives hibernation with the socket. */
interface Attachment {
  readonly state: ConnectionState;
  readonly openedAtMs: number;
}

/** What an object sends to, at the end of a pass. */
export interface Holding extends Connection {
  /** Returns whether it is the first one since the last flush. */
  hold(frame: DownFrame): boolean;
  flush(): void;
  close(code: number, reason: string): void;
}

/** A hibernating socket. The runtime keeps it; this object lives as long as the room's instance. */
export class ObjectConnection implements Holding {
  readonly codec = jsonCodec;
  readonly #socket: WebSocket;
  readonly #ctx: DurableObjectState;
  #attachment: Attachment;
  #heardAtMs = 0;
  #waiting: DownFrame[] = [];

  constructor(socket: WebSocket, ctx: DurableObjectState) {
    this.#socket = socket;
    this.#ctx = ctx;
    this.#attachment = socket.deserializeAttachment() as Attachment; // SAFETY: written by `attach` before anything else
  }

  static attach(socket: WebSocket, state: ConnectionState): void {
    socket.serializeAttachment({ state, openedAtMs: Date.now() } satisfies Attachment);
  }

  get state(): ConnectionState {
    return this.#attachment.state;
  }

  save(state: ConnectionState): void {
    this.#attachment = { ...this.#attachment, state };
    this.#socket.serializeAttachment(this.#attachment);
  }

  /** Pings are answered by the runtime, which remembers when. */
  lastSeenMs(): number {
    const pingedAtMs = this.#ctx.getWebSocketAutoResponseTimestamp(this.#socket)?.getTime() ?? 0;
    return Math.max(this.#attachment.openedAtMs, this.#heardAtMs, pingedAtMs);
  }

  heard(): void {
    this.#heardAtMs = Date.now();
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.READY_STATE_OPEN;
  }

  hold(frame: DownFrame): boolean {
    return this.#waiting.push(frame) === 1;
  }

  /** Writes what was held as one message. It leaves when the writes before it are confirmed (output gate). */
  flush(): void {
    const frames = this.#waiting;
    this.#waiting = [];
    if (frames.length === 0 || !this.isOpen) return;
    this.#socket.send(this.codec.encode(frames));
    // The runtime itself would buffer without a bound.
    if (this.#bufferedBytes() > MAX_BUFFERED_BYTES) this.close(CLOSE.SLOW_CONSUMER, "too slow");
  }

  close(code: number, reason: string): void {
    if (this.isOpen) this.#socket.close(code, reason);
  }

  #bufferedBytes(): number {
    return "bufferedAmount" in this.#socket ? Number(this.#socket.bufferedAmount) : 0;
  }
}
