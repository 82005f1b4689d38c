import { ParleyError } from "../protocol/errors.ts";
import { type Failure, failed, type Outcome } from "../protocol/rpc/outcome.ts";
import { assertNever } from "./assert.ts";
import { type Effect, Effects } from "./effects.ts";
import { packIdOf, refusal } from "./refusal.ts";
import type { Room, RoomEvent } from "./room.ts";

/** The host's transaction around one event. */
export interface Transaction {
  /** Runs `work`; when it throws, its writes alone are undone and the error goes on. */
  atomically<T>(work: () => T): T;
  /** Whether the `work` that ran last wrote anything. */
  wrote(): boolean;
}

/** Reports what was not thrown on purpose. The host logs it; nothing of it reaches a client. */
export type OnFault = (fault: unknown, event: RoomEvent["type"]) => void;

export interface Ran {
  readonly outcome: Outcome;
  readonly effects: readonly Effect[];
}

/**
 * Runs the events of one room, one at a time. An event that throws leaves no trace in the rows; if it may have
 * left one in memory, the instance is dropped and the next event reads the rows again.
 */
export class RoomRunner {
  readonly #make: (effects: Effects) => Room;
  readonly #transaction: Transaction;
  readonly #onFault: OnFault;
  readonly #effects = new Effects();
  #room: Room | undefined;

  constructor(make: (effects: Effects) => Room, transaction: Transaction, onFault: OnFault) {
    this.#make = make;
    this.#transaction = transaction;
    this.#onFault = onFault;
  }

  run(event: RoomEvent): Ran {
    try {
      const value = this.#transaction.atomically(() => {
        this.#room ??= this.#make(this.#effects);
        return dispatch(this.#room, event);
      });
      return { outcome: { ok: true, value }, effects: this.#effects.take() };
    } catch (thrown) {
      return this.#recover(event, thrown);
    }
  }

  #recover(event: RoomEvent, thrown: unknown): Ran {
    this.#effects.take();
    const outcome = failed(thrown);
    const clean = thrown instanceof ParleyError && !this.#transaction.wrote();
    if (!clean) {
      this.#onFault(thrown, event.type);
      this.#forget();
    }
    if (event.type === "received") this.#effects.send([event.connection], refusal(packIdOf(event.request), outcome));
    const effects = this.#effects.take();
    if (event.type !== "replied" || !event.outcome.ok) return { outcome, effects };
    return { outcome, effects: [...effects, ...this.#replyFailed(event, outcome)] };
  }

  /** A reply that could not be handled is handled once more as a failed call: its tag owes answers that need no rows. */
  #replyFailed({ tag }: RoomEvent & { type: "replied" }, outcome: Failure): readonly Effect[] {
    return this.run({ type: "replied", tag, outcome }).effects;
  }

  /** Forgets the instance, because its rows are no longer what it remembers. Returns the answers that it owed. */
  drop(): readonly Effect[] {
    this.#forget();
    return this.#effects.take();
  }

  #forget(): void {
    const room = this.#room;
    this.#room = undefined;
    room?.abandon();
  }
}

function dispatch(room: Room, event: RoomEvent): unknown {
  switch (event.type) {
    case "call":
      return room.call(event.call);
    case "replied":
      return room.replied(event.tag, event.outcome);
    case "alarm":
      return room.alarm();
    case "settle":
      return room.settle();
    case "opened":
      return room.opened(event.connection);
    case "received":
      return room.received(event.connection, event.request);
    case "closed":
      return room.closed(event.connection);
    default:
      return assertNever(event);
  }
}
