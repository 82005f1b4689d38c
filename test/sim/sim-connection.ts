import type { Clock, Connection, ConnectionState } from "../../src/kernel/ports.ts";
import type { RoomName } from "../../src/kernel/room-name.ts";
import { jsonCodec } from "../../src/protocol/codec-json.ts";
import { type AckFrame, DownFrame, type EntryFrame, type SessionFrame } from "../../src/protocol/down.ts";
import type { Entry } from "../../src/protocol/entry.ts";

/** One socket of a simulated client: it remembers what it was sent. */
export class SimConnection implements Connection {
  readonly room: RoomName;
  readonly frames: DownFrame[] = [];
  /** Frames for it, those after its end included. */
  offered = 0;
  /** The code that the server closed it with. */
  closedWith: number | undefined;
  isOpen = true;
  /** Set to make it silent; otherwise it was heard just now. */
  silentSinceMs: number | undefined;
  onFrame: (frame: DownFrame) => void = () => {};
  onClose: (code: number) => void = () => {};
  readonly #clock: Clock;
  #state: ConnectionState;

  constructor(room: RoomName, state: ConnectionState, clock: Clock) {
    this.room = room;
    this.#state = state;
    this.#clock = clock;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  save(state: ConnectionState): void {
    this.#state = state;
  }

  lastSeenMs(): number {
    return this.silentSinceMs ?? this.#clock.nowMs();
  }

  /** What a client parses: the frame went through the codec, and is one that the protocol declares. */
  take(frame: DownFrame): void {
    this.offered += 1;
    if (!this.isOpen) return;
    const received: unknown = JSON.parse(jsonCodec.encode([frame]));
    DownFrame.parse(received);
    const copy = received as DownFrame; // SAFETY: just validated; `parse` would strip what a schema forgot
    this.frames.push(copy);
    this.onFrame(copy);
  }

  close(code: number): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closedWith = code;
    this.onClose(code);
  }

  acks(packId?: string): AckFrame[] {
    const acks = this.frames.filter((frame) => frame.type === "ack");
    return packId === undefined ? acks : acks.filter((ack) => ack.packId === packId);
  }

  entryFrames(): EntryFrame[] {
    return this.frames.filter((frame) => frame.type === "entry");
  }

  entries(): Entry[] {
    return this.entryFrames().flatMap(({ entries }) => entries);
  }

  sessionFrames(): SessionFrame[] {
    return this.frames.filter((frame) => frame.type === "session");
  }
}
