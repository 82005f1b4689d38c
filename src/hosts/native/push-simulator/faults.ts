import type { SimulatedAnswer } from "./vendor.ts";

/** What goes wrong between a request and its answer, whatever the vendor. */
export type TransportFault =
  | { readonly kind: "answer"; readonly answer: SimulatedAnswer }
  /** Answers as always, but late. */
  | { readonly kind: "slow"; readonly delayMs: number }
  | { readonly kind: "silent" }
  /** The connection breaks. */
  | { readonly kind: "drop" }
  /** HTTP/2: this request was not processed, and the connection takes no more. HTTP/1.1 has no such thing: the connection breaks. */
  | { readonly kind: "goaway" }
  /** HTTP/2: this request was not processed. */
  | { readonly kind: "refuse" };

export type Fault = TransportFault | { readonly kind: "error"; readonly code: string };

export interface FaultOrder {
  readonly fault: Fault;
  /** Of whose pushes; of all if it is absent. */
  readonly token?: string;
  /** How often; for ever if it is absent. */
  readonly times?: number;
}

/** The orders to misbehave, the newest first; one for a token comes before those for all. */
export class FaultPlan {
  #orders: { readonly order: FaultOrder; left: number }[] = [];

  add(order: FaultOrder): void {
    this.#orders.unshift({ order, left: order.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#orders = [];
  }

  /** The fault of one push to a token, which uses it up. */
  take(token: string): Fault | undefined {
    const found =
      this.#orders.find(({ order }) => order.token === token) ??
      this.#orders.find(({ order }) => order.token === undefined);
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#orders = this.#orders.filter((one) => one !== found);
    return found.order.fault;
  }
}
