import { ParleyError } from "../../protocol/errors.ts";
import type { UserId } from "../../protocol/ids.ts";
import { type Failure, failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { Desk, Owed } from "./desk.ts";

/** Who has to have heard of a change before its request is answered. */
export type Place = "relation.session" | "relation.other";

interface Waiting {
  readonly owed: Owed;
  readonly needs: Set<Place>;
  readonly answer: () => Outcome;
}

/** Requests that are answered when what they changed is known where it matters. In memory: the rows are in the courier's hands. */
export class Confirmations {
  readonly #desk: Desk;
  readonly #waiting = new Map<UserId, Waiting[]>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Answers at once when nothing has to be confirmed. */
  wait(about: UserId, needs: readonly Place[], { owed, answer }: Omit<Waiting, "needs">): void {
    if (needs.length === 0) {
      this.#desk.answer(owed, answer());
      return;
    }
    const waiting = this.#waiting.get(about) ?? [];
    waiting.push({ owed, needs: new Set(needs), answer });
    this.#waiting.set(about, waiting);
  }

  confirm(about: UserId, place: Place): void {
    this.#settle(about, (one) => {
      if (!one.needs.delete(place) || one.needs.size > 0) return undefined;
      return one.answer();
    });
  }

  /** Whatever needs this place gets `outcome` instead. */
  refuse(about: UserId, place: Place, outcome: Failure): void {
    this.#settle(about, ({ needs }) => (needs.has(place) ? outcome : undefined));
  }

  abandon(): void {
    const outcome = failed(new ParleyError("UNAVAILABLE"));
    for (const { owed } of [...this.#waiting.values()].flat()) this.#desk.answer(owed, outcome);
    this.#waiting.clear();
  }

  #settle(about: UserId, outcomeOf: (one: Waiting) => Outcome | undefined): void {
    const left = (this.#waiting.get(about) ?? []).filter((one) => {
      const outcome = outcomeOf(one);
      if (outcome !== undefined) this.#desk.answer(one.owed, outcome);
      return outcome === undefined;
    });
    if (left.length > 0) this.#waiting.set(about, left);
    else this.#waiting.delete(about);
  }
}
