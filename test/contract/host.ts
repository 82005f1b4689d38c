import type { RoomCall } from "../../src/kernel/effects.ts";
import type { ConnectionState, RoomSql } from "../../src/kernel/ports.ts";
import type { RoomName } from "../../src/kernel/room-name.ts";
import type { Transaction } from "../../src/kernel/room-runner.ts";
import type { AckFrame, DownFrame } from "../../src/protocol/down.ts";
import type { Entry } from "../../src/protocol/entry.ts";
import type { DeviceType, UserId } from "../../src/protocol/ids.ts";
import type { Outcome } from "../../src/protocol/rpc/outcome.ts";
import type { UpFrame } from "../../src/protocol/up.ts";

/** A host's storage, with the tables of both kinds of room and nothing in them. */
export interface StorageUnderTest {
  readonly sql: RoomSql;
  readonly transaction: Transaction;
}

export interface OpenSocket {
  readonly userId: UserId;
  readonly deviceType?: DeviceType;
  readonly deviceId?: string;
  /** In ms since 1970; may lie in the past, because hosts leave the check to routes and rooms. */
  readonly expiresAtMs?: number;
}

/** How the route of a host begins such a connection. */
export function stateOf(opening: OpenSocket): ConnectionState {
  const { userId, deviceType = "web", deviceId = "device", expiresAtMs = Number.MAX_SAFE_INTEGER } = opening;
  return { phase: "syncing", userId, deviceId, deviceType, tokenId: deviceId, issuedAtMs: 0, expiresAtMs };
}

/** The least that a host does for a room. */
export interface HostUnderTest {
  call(room: RoomName, call: RoomCall): Promise<Outcome>;
  connect(opening: OpenSocket): Promise<ClientSocket>;
  /** Drops the room's instance, as after idling. Sockets stay open. */
  evict(room: RoomName): Promise<void>;
  /** Lets the room's alarm fire now. Throws when none is set. */
  ring(room: RoomName): Promise<void>;
}

/** The client's end of a socket. A host's adapter calls `hear` and `hangUp`. */
export class ClientSocket {
  readonly texts: string[] = [];
  closedWith: number | undefined;
  readonly #post: (text: string) => void;
  readonly #hangUp: () => void;
  #waiting: { isDone: () => boolean; resolve: () => void }[] = [];

  constructor(post: (text: string) => void, hangUp: () => void) {
    this.#post = post;
    this.#hangUp = hangUp;
  }

  hear(text: string): void {
    this.texts.push(text);
    this.#wake();
  }

  closed(code: number): void {
    this.closedWith ??= code;
    this.#wake();
  }

  sendText(text: string): void {
    this.#post(text);
  }

  /** Several frames are one WebSocket message. */
  send(...frames: UpFrame[]): void {
    this.#post(JSON.stringify(frames.length === 1 ? frames[0] : frames));
  }

  close(): void {
    this.#hangUp();
  }

  get frames(): DownFrame[] {
    const parsed = this.texts.filter((text) => text !== "pong").map((text): unknown => JSON.parse(text));
    return parsed.flat() as DownFrame[]; // SAFETY: what the server's codec encoded
  }

  get entries(): Entry[] {
    return this.frames.flatMap((frame) => (frame.type === "entry" ? frame.entries : []));
  }

  /** Resolves as soon as it is so. */
  until(isDone: (socket: ClientSocket) => boolean): Promise<void> {
    if (isDone(this)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isDone: () => isDone(this), resolve }));
  }

  async ack(packId: string): Promise<AckFrame> {
    const find = () => this.frames.find((frame) => frame.type === "ack" && frame.packId === packId);
    await this.until(() => find() !== undefined);
    return find() as AckFrame; // SAFETY: found just now
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ isDone }) => !isDone());
    for (const one of waiting) if (!this.#waiting.includes(one)) one.resolve();
  }
}
