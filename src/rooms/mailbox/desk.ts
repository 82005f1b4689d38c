import type { Effects } from "../../kernel/effects.ts";
import type { RoomPolicy } from "../../kernel/policy.ts";
import type { Clock, Connection, ConnectionState, Connections } from "../../kernel/ports.ts";
import { refusal } from "../../kernel/refusal.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import type { AckFrame, DownFrame } from "../../protocol/down.ts";
import type { PackId } from "../../protocol/ids.ts";
import { PING_INTERVAL_MS } from "../../protocol/limits.ts";
import type { Failure, Outcome } from "../../protocol/rpc/outcome.ts";
import { RequestGate } from "./request-gate.ts";

const SWEEP_INTERVAL_MS = 300_000;
const STALE_AFTER_MS = 3 * PING_INTERVAL_MS;

/** A request that has no response yet. */
export interface Owed {
  readonly connection: Connection;
  readonly packId: PackId;
}

interface DeskPorts {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly policy: RoomPolicy;
  readonly effects: Effects;
  /** Before a request is answered with this result. */
  readonly onAnswered: (owed: Owed, value: unknown) => void;
}

/** The user's connections: who is let in, who is live, and that every request is answered once. */
export class Desk {
  readonly #ports: DeskPorts;
  readonly #gates = new WeakMap<Connection, RequestGate>();
  /** Told to close, in this event or earlier. */
  readonly #closing = new WeakSet<Connection>();
  readonly #left = new WeakSet<Connection>();
  /** Of all requests that come over HTTP with a token of the user. */
  #visits: RequestGate | undefined;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  /** Makes room for a new connection: an older one of the same device type goes (M22). */
  admit(connection: Connection): void {
    const { effects, clock } = this.#ports;
    const { deviceType, deviceId } = connection.state;
    for (const other of this.connections()) {
      if (other === connection || other.state.deviceType !== deviceType) continue;
      effects.send([other], { type: "kicked", deviceType, deviceId });
      this.close(other, CLOSE.KICKED, "another login of this device type");
    }
    effects.wakeAt(clock.nowMs() + SWEEP_INTERVAL_MS);
  }

  /** Whether the request may go on; if not, it was answered. */
  enter(connection: Connection, packId: PackId | undefined): boolean {
    const { effects, clock } = this.#ports;
    if (this.#closeExpired(connection)) return false;
    const gate = this.#gateOf(connection);
    const isVisit = connection.state.phase === "visiting";
    // It was told to close: what it sent before it heard that would only cost more answers that nobody reads.
    if (gate.flooded && !isVisit) return false;
    const refused = gate.enter(clock.nowMs());
    if (refused === undefined) return true;
    const { errorName: error, message, retryAfterMs } = refused;
    effects.send([connection], refusal(packId, { ok: false, error, message, retryAfterMs }));
    if (gate.flooded && !isVisit) this.close(connection, CLOSE.FLOOD, "too many requests");
    return false;
  }

  /** The one response to a request that was let in. */
  answer(owed: Owed, outcome: Outcome): void {
    const { packId } = owed;
    if (outcome.ok) this.#ports.onAnswered(owed, outcome.value);
    // SAFETY: the value is the result that the request's type promises; each handler returns its own
    if (outcome.ok)
      this.#respond(owed.connection, { type: "ack", packId, code: 0, data: outcome.value as AckFrame["data"] });
    else this.refuse(owed.connection, packId, outcome);
  }

  refuse(connection: Connection, packId: PackId | undefined, outcome: Failure): void {
    this.#respond(connection, refusal(packId, outcome));
  }

  #respond(connection: Connection, frame: DownFrame): void {
    this.#gates.get(connection)?.leave();
    this.#ports.effects.send([connection], frame);
  }

  close(connection: Connection, code: number, reason: string): void {
    this.#closing.add(connection);
    this.#ports.effects.close(connection, code, reason);
  }

  /** Closes one that may be here no longer; whatever it still sends finds its token expired. */
  expel(connection: Connection, code: number, reason: string): void {
    connection.save({ ...connection.state, expiresAtMs: 0 });
    this.close(connection, code, reason);
  }

  /** Whether this is the first time that it is said to be gone. */
  leave(connection: Connection): boolean {
    if (this.#left.has(connection)) return false;
    this.#left.add(connection);
    return true;
  }

  /** Those that are open, and not told to close. */
  connections(): readonly Connection[] {
    return this.#ports.connections().filter((connection) => !this.#closing.has(connection));
  }

  live(): Connection[] {
    return this.#ports.connections().filter((one) => one.state.phase === "live" && !this.#closing.has(one));
  }

  /** The user's other live connections. */
  othersThan(connection: Connection): Connection[] {
    return this.live().filter((other) => other !== connection);
  }

  goLive(connection: Connection): void {
    if (connection.state.phase === "syncing") connection.save({ ...connection.state, phase: "live" });
  }

  /** Closes what is silent or whose token ran out (M23), and says what that was. */
  sweep(): Connection[] {
    const { clock, effects } = this.#ports;
    const open = this.connections();
    const closed = open.filter((one) => this.#closeExpired(one) || this.#closeSilent(one));
    if (closed.length < open.length) effects.wakeAt(clock.nowMs() + SWEEP_INTERVAL_MS);
    return closed;
  }

  #closeSilent(connection: Connection): boolean {
    if (this.#ports.clock.nowMs() - connection.lastSeenMs() <= STALE_AFTER_MS) return false;
    this.close(connection, CLOSE.STALE, "silent");
    return true;
  }

  #closeExpired(connection: Connection): boolean {
    if (connection.state.expiresAtMs > this.#ports.clock.nowMs()) return false;
    this.close(connection, CLOSE.TOKEN_EXPIRED, "the token has expired");
    return true;
  }

  #gateOf(connection: Connection): RequestGate {
    let gate = this.#gates.get(connection);
    if (gate === undefined) {
      gate = this.#newGate(connection.state);
      this.#gates.set(connection, gate);
    }
    return gate;
  }

  /** With their tokens a user asks over HTTP as often as over one connection; a server key has limits of its own. */
  #newGate({ phase, tokenId }: ConnectionState): RequestGate {
    const gate = new RequestGate(this.#ports.policy, this.#ports.clock.nowMs());
    if (phase !== "visiting" || tokenId === "") return gate;
    this.#visits ??= gate;
    return this.#visits;
  }
}
