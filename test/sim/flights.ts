import type { RoomCall } from "../../src/kernel/effects.ts";
import type { RoomName } from "../../src/kernel/room-name.ts";
import type { ServiceCall, Target } from "../../src/kernel/services.ts";
import { ParleyError } from "../../src/protocol/errors.ts";
import { failed, type Outcome } from "../../src/protocol/rpc/outcome.ts";

/** A call between rooms that has not arrived yet, or its reply. `reply` reaches only the life of the room that called. */
export type Flight = { readonly from: RoomName } & (
  | {
      readonly kind: "request";
      readonly to: Target;
      readonly call: RoomCall | ServiceCall;
      readonly reply: (o: Outcome) => void;
    }
  | { readonly kind: "reply"; readonly outcome: Outcome; readonly arrive: (outcome: Outcome) => void }
);

/** What becomes of a call: it may be lost before the callee saw it, or its reply after the callee committed. */
export type Fate = "arrives" | "lost";

export const UNREACHABLE: Outcome = failed(new ParleyError("UNAVAILABLE"));

export interface Called {
  readonly to: Target;
  readonly call: RoomCall | ServiceCall;
}

interface Asked extends Called {
  /** Where the reply goes. */
  readonly arrive: (outcome: Outcome) => void;
}

/** Calls and replies under way, the oldest first. */
export class Flights {
  readonly #answer: (called: Called) => Outcome;
  #all: Flight[] = [];

  /** `answer`: what is called answers, when the call arrives. */
  constructor(answer: (called: Called) => Outcome) {
    this.#answer = answer;
  }

  get all(): readonly Flight[] {
    return this.#all;
  }

  begin(from: RoomName, { to, call, arrive }: Asked): void {
    const reply = (outcome: Outcome) => void this.#all.push({ kind: "reply", from, outcome, arrive });
    this.#all.push({ kind: "request", from, to, call, reply });
  }

  land(index: number, fate: Fate): void {
    const [flight] = this.#all.splice(index, 1);
    if (flight === undefined) throw new Error(`no flight ${index}`);
    if (flight.kind === "reply") flight.arrive(fate === "lost" ? UNREACHABLE : flight.outcome);
    else flight.reply(fate === "lost" ? UNREACHABLE : this.#answer(flight));
  }

  /** Answers a request in the place of its room, which does not hear of it. */
  answer(index: number, outcome: Outcome): void {
    const [flight] = this.#all.splice(index, 1);
    if (flight?.kind !== "request") throw new Error(`no request ${index}`);
    flight.reply(outcome);
  }

  /** Requests under way to rooms whose name contains `part`. */
  requestsTo(part: string): RoomCall[] {
    return this.#all.flatMap((flight) =>
      flight.kind === "request" && !flight.to.startsWith("@") && flight.to.includes(part)
        ? (flight.call as RoomCall) // SAFETY: what is called is a room
        : [],
    );
  }

  /** Replies that nobody waits for any more. */
  dropRepliesTo(room: RoomName): void {
    this.#all = this.#all.filter((flight) => flight.kind === "request" || flight.from !== room);
  }

  dropAll(): void {
    this.#all = [];
  }
}
