import type { Errand } from "../../kernel/courier-store.ts";
import type { Connection, ConnectionState } from "../../kernel/ports.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { MAX_OBSERVED } from "../../protocol/limits.ts";
import type { ObservationEvent, ObserveCall, ObserveResult, ObservingDevice } from "../../protocol/rpc/observation.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import { hasScope } from "../../protocol/scope.ts";
import type { Mailbox } from "./feature.ts";
import type { Observation, ObservationStore } from "./observation-store.ts";

const ERRAND = "observe";
/** A timer cannot be set for any time: a token may run longer than it can wait. */
const MAX_WAIT_MS = 86_400_000;

/** How an errand ended: `version` names who waits for it. */
export interface Told {
  readonly version: number;
  readonly outcome: Outcome;
}

/**
 * The observations of the user and the right that they rest on. This room alone decides what is observed; the courier
 * brings each start and end to the session.
 */
export class Observing {
  readonly #mailbox: Mailbox;
  readonly #store: ObservationStore;

  constructor(mailbox: Mailbox, store: ObservationStore, told: (told: Told) => void) {
    this.#mailbox = mailbox;
    this.#store = store;
    mailbox.courier.on(ERRAND, {
      answered: (errand, outcome) => told(this.#answered(errand, outcome)),
      delayed: (errand) => told({ version: callIn(errand).version, outcome: failed(new ParleyError("UNAVAILABLE")) }),
    });
  }

  /** Whether a connection may be shown what the user observes. */
  maySee(state: ConnectionState): boolean {
    return hasScope(state, "observe") && state.expiresAtMs > this.#mailbox.clock.nowMs();
  }

  /** Answers with the version that the session is told. */
  start(sessionId: SessionId, state: ConnectionState): number {
    if (this.#store.all().length >= MAX_OBSERVED) throw new ParleyError("LIMIT_REACHED", "observed sessions");
    const right = this.#store.right();
    const { tokenId, expiresAtMs } = state.expiresAtMs > right.expiresAtMs ? state : right;
    const version = right.version + 1;
    this.#store.putRight({ version, tokenId, expiresAtMs });
    this.#store.put({ sessionId, version, state: "starting" });
    this.#tell(sessionId, { version, event: "started", device: deviceOf(state) });
    this.#watch(expiresAtMs);
    return version;
  }

  /** From now on nothing of it is shown. */
  end(sessionId: SessionId, { event, device }: Pick<ObserveCall, "event" | "device">): number {
    const right = this.#store.right();
    const version = right.version + 1;
    this.#store.putRight({ ...right, version });
    this.#store.put({ sessionId, version, state: "ending" });
    this.#tell(sessionId, { version, event, ...(device === undefined ? {} : { device }) });
    return version;
  }

  /** The session believes in an observation that this room does not know. */
  disown(sessionId: SessionId, observation: number): void {
    const right = this.#store.right();
    if (observation > right.version) this.#store.putRight({ ...right, version: observation });
    this.end(sessionId, { event: "stopped" });
  }

  /** Whether the session's answer to the newest start or end is waited for. If so, it is asked at once. */
  isWaiting({ sessionId, version }: Observation): boolean {
    return this.#mailbox.courier.isWaiting(this.#errand(sessionId, version));
  }

  /** The longest-lived token keeps the right alive. */
  opened({ state }: Connection): void {
    if (!hasScope(state, "observe")) return;
    const right = this.#store.right();
    if (state.expiresAtMs <= right.expiresAtMs || this.#store.all().length === 0) return;
    this.#store.putRight({ version: right.version, tokenId: state.tokenId, expiresAtMs: state.expiresAtMs });
    this.#watch(state.expiresAtMs);
  }

  /** These tokens were taken back. */
  revoked(tokenIds: readonly string[]): void {
    if (tokenIds.includes(this.#store.right().tokenId)) this.#settleRight("revoked");
  }

  /** The courier tells the sessions, which audit it. */
  erase(): void {
    this.#store.putRight({ version: this.#store.right().version, tokenId: "", expiresAtMs: 0 });
    this.#endAll("revoked");
  }

  alarm(): void {
    if (this.#store.all().length === 0) return;
    const { expiresAtMs } = this.#store.right();
    if (expiresAtMs > this.#mailbox.clock.nowMs()) this.#watch(expiresAtMs);
    else this.#settleRight("expired");
  }

  /** The right goes over to another connection that has one, or all observations end. */
  #settleRight(event: ObservationEvent): void {
    const states = this.#mailbox.desk.connections().map(({ state }) => state);
    const [next] = states.filter((state) => this.maySee(state)).sort((a, b) => b.expiresAtMs - a.expiresAtMs);
    const { tokenId, expiresAtMs } = next ?? { tokenId: "", expiresAtMs: 0 };
    this.#store.putRight({ version: this.#store.right().version, tokenId, expiresAtMs });
    if (next !== undefined) {
      this.#watch(expiresAtMs);
      return;
    }
    this.#endAll(event);
  }

  #endAll(event: ObservationEvent): void {
    for (const { sessionId, state } of this.#store.all()) if (state !== "ending") this.end(sessionId, { event });
  }

  #watch(expiresAtMs: number): void {
    const { effects, clock } = this.#mailbox;
    effects.wakeAt(Math.min(expiresAtMs, clock.nowMs() + MAX_WAIT_MS));
  }

  #tell(sessionId: SessionId, what: Pick<ObserveCall, "version" | "event" | "device">): void {
    const call: ObserveCall = { type: "observe", userId: this.#mailbox.me, ...what };
    this.#mailbox.courier.post({ ...this.#errand(sessionId, what.version), call });
  }

  #answered(errand: Errand, outcome: Outcome): Told {
    const { version } = callIn(errand);
    const one = this.#store.all().find((row) => row.version === version);
    if (one === undefined) return { version, outcome };
    if (one.state === "ending" || !outcome.ok) this.#store.delete(one.sessionId);
    else if (one.state === "starting") {
      const { seqId } = outcome.value as ObserveResult; // SAFETY: what session rooms answer to it
      this.#store.put({ ...one, state: "open", sinceSeqId: seqId, lastSeqId: seqId });
    }
    return { version, outcome };
  }

  /** Each version is an errand of its own, so that none takes the place of another: all of them are audited. */
  #errand(sessionId: SessionId, version: number): Omit<Errand, "call"> {
    return { to: sessionRoom(this.#mailbox.app, sessionId), kind: ERRAND, key: String(version) };
  }
}

function callIn({ call }: Errand): ObserveCall {
  return call as ObserveCall; // SAFETY: errands of this kind have no other call
}

export function deviceOf({ deviceId, deviceType, tokenId }: ConnectionState): ObservingDevice {
  return { deviceId, deviceType, tokenId };
}
