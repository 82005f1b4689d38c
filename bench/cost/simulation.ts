import type { Effect } from "../../src/kernel/effects.ts";
import type { RoomEvent } from "../../src/kernel/room.ts";
import { mailboxRoom, type RoomName } from "../../src/kernel/room-name.ts";
import { jsonCodec } from "../../src/protocol/codec-json.ts";
import { AppId, UserId } from "../../src/protocol/ids.ts";
import type { Outcome } from "../../src/protocol/rpc/outcome.ts";
import { CountedObject, Socket } from "./counted-object.ts";
import type { Usage } from "./prices.ts";

/**
 * Between two objects, one way. The second number is the output gate: nothing leaves before the write is confirmed,
 * measured at 5–13 ms on deployed objects.
 */
const CALL_MS = 2;
const CONFIRM_MS = 8;
export const APP = AppId.parse("main");

interface Timed {
  readonly atMs: number;
  readonly run: () => void;
}

/** Rooms as Durable Objects: a database each, calls that take time, nothing leaves before it is confirmed. Time is simulated. */
export class Simulation {
  #nowMs = 1_800_000_000_000;
  /** In the order of time; what is due at the same time in the order in which it was asked for. */
  readonly #timed: Timed[] = [];
  readonly #objects = new Map<RoomName, CountedObject>();
  /** Until when each object is busy or waits for a call: the time that it is billed for. */
  readonly #busyUntilMs = new Map<CountedObject, number>();
  #busyMs = 0;
  #calls = 0;
  #alarmRuns = 0;
  #incomingFrames = 0;

  /** A live connection of the user. */
  connect(user: string): Socket {
    const userId = UserId.parse(user);
    const object = this.#object(mailboxRoom(APP, userId));
    const expiresAtMs = Number.POSITIVE_INFINITY;
    const token = { tokenId: "t", issuedAtMs: 0, expiresAtMs };
    const socket = new Socket({ phase: "live", userId, deviceId: "d", deviceType: "web", ...token });
    object.connections.push(socket);
    this.#post(object, { type: "opened", connection: socket });
    return socket;
  }

  /** The client sends a frame `afterMs` from now. */
  send(socket: Socket, frame: object, afterMs: number): void {
    const object = this.#object(mailboxRoom(APP, socket.state.userId));
    this.#later(afterMs, () => {
      this.#incomingFrames += 1;
      for (const request of jsonCodec.decode(JSON.stringify(frame))) {
        this.#post(object, { type: "received", connection: socket, request });
      }
    });
  }

  /** Lets `ms` pass. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#timed[0]; next !== undefined && next.atMs <= endMs; next = this.#timed[0]) {
      this.#timed.shift();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }

  /** Everything used up so far. */
  total(): Usage {
    let [rowsWritten, rowsRead] = [0, 0];
    for (const { rows } of this.#objects.values()) {
      rowsWritten += rows.written;
      rowsRead += rows.read;
    }
    return {
      rowsWritten,
      rowsRead,
      calls: this.#calls,
      alarmRuns: this.#alarmRuns,
      incomingFrames: this.#incomingFrames,
      objectSeconds: this.#busyMs / 1000,
    };
  }

  #later(ms: number, run: () => void): void {
    const atMs = this.#nowMs + ms;
    const before = this.#timed.findLastIndex((other) => other.atMs <= atMs);
    this.#timed.splice(before + 1, 0, { atMs, run });
  }

  #object(name: RoomName): CountedObject {
    let object = this.#objects.get(name);
    if (object === undefined) {
      object = new CountedObject(name, () => this.#nowMs);
      this.#objects.set(name, object);
    }
    return object;
  }

  #post(object: CountedObject, event: RoomEvent): Outcome {
    const writtenBefore = object.rows.written;
    const { outcome, effects } = object.run(event);
    for (const effect of effects) if (effect.kind === "wake") this.#wake(object, effect.atMs);
    const gateMs = object.rows.written > writtenBefore ? CONFIRM_MS : 0;
    this.#isBusy(object, gateMs);
    this.#later(gateMs, () => {
      for (const effect of effects) if (effect.kind === "call") this.#call(object, effect);
    });
    return outcome;
  }

  #call(from: CountedObject, { to, call, tag }: Effect & { kind: "call" }): void {
    this.#calls += 1;
    this.#isBusy(from, CALL_MS);
    this.#later(CALL_MS, () => {
      const target = this.#object(to);
      const writtenBefore = target.rows.written;
      const outcome = this.#post(target, { type: "call", call });
      const backMs = (target.rows.written > writtenBefore ? CONFIRM_MS : 0) + CALL_MS;
      this.#isBusy(from, backMs);
      this.#later(backMs, () => this.#post(from, { type: "replied", tag, outcome }));
    });
  }

  #wake(object: CountedObject, atMs: number): void {
    const before = object.alarmAtMs;
    object.wake(atMs);
    if (object.alarmAtMs === before) return;
    this.#later(atMs - this.#nowMs, () => {
      if (object.alarmAtMs !== atMs) return;
      object.alarmAtMs = undefined;
      this.#alarmRuns += 1;
      this.#post(object, { type: "alarm" });
    });
  }

  #isBusy(object: CountedObject, ms: number): void {
    const fromMs = Math.max(this.#nowMs, this.#busyUntilMs.get(object) ?? 0);
    const untilMs = this.#nowMs + ms;
    if (untilMs <= fromMs) return;
    this.#busyMs += untilMs - fromMs;
    this.#busyUntilMs.set(object, untilMs);
  }
}
