/**
 * Stand-ins for the vendors' push services, on loopback. They lie with the hosts and not with the tests because a development
 * server runs them too (`PUSH_SIMULATOR=1`); it imports them dynamically, so no production process loads them.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { PushProviderName } from "../../../protocol/push-provider-name.ts";
import { type Fault, type FaultOrder, FaultPlan, type TransportFault } from "./faults.ts";
import { type Http2ListenOptions, type Listener, listenHttp, listenHttp2, type Reaction } from "./listeners.ts";
import type { SimulatedDelivery, SimulatedRequest, SimulatedVendor } from "./vendor.ts";

export interface RecordedDelivery extends SimulatedDelivery {
  readonly provider: PushProviderName;
  readonly atMs: number;
}

/** One vendor's service. It speaks HTTP/1.1 and HTTP/2 at the same time, on two ports. */
export class PushSimulator {
  readonly deliveries: RecordedDelivery[] = [];
  /** Requests received, those for credentials included. */
  readonly requests: SimulatedRequest[] = [];
  readonly #vendor: SimulatedVendor;
  readonly #faults = new FaultPlan();
  readonly #listeners = new Set<(delivery: RecordedDelivery) => void>();
  #http: Listener | undefined;
  #http2: Listener | undefined;

  constructor(vendor: SimulatedVendor) {
    this.#vendor = vendor;
  }

  async start({ port = 0, ...http2 }: { readonly port?: number } & Http2ListenOptions = {}): Promise<this> {
    const react = (request: SimulatedRequest) => this.#react(request);
    this.#http = await listenHttp(react, port);
    this.#http2 = await listenHttp2(react, http2);
    return this;
  }

  get url(): string {
    return started(this.#http).url;
  }

  get http2(): Listener {
    return started(this.#http2);
  }

  close(): void {
    this.#http?.close();
    this.#http2?.close();
  }

  /** Orders a fault; see {@link FaultPlan}. */
  order(order: FaultOrder): void {
    this.#faults.add(order);
  }

  /** Takes all orders back. */
  behave(): void {
    this.#faults.clear();
  }

  onDelivery(listener: (delivery: RecordedDelivery) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves once there have been so many deliveries. */
  async delivered(count: number): Promise<readonly RecordedDelivery[]> {
    if (this.deliveries.length < count) {
      await new Promise<void>((resolve) => {
        const stop = this.onDelivery(() => {
          if (this.deliveries.length < count) return;
          stop();
          resolve();
        });
      });
    }
    return this.deliveries;
  }

  async #react(request: SimulatedRequest): Promise<Reaction> {
    this.requests.push(request);
    const faults = new Map<string, Fault | undefined>();
    for (const token of this.#vendor.tokensOf(request)) faults.set(token, this.#faults.take(token));
    const transport = [...faults.values()].find((fault): fault is TransportFault => isTransport(fault));
    if (transport?.kind === "answer") return transport.answer;
    if (transport !== undefined && transport.kind !== "slow") return transport;
    if (transport !== undefined) await delay(transport.delayMs);
    const errors = new Map<string, string>();
    for (const [token, fault] of faults) if (fault?.kind === "error") errors.set(token, fault.code);
    return await this.#vendor.answer(request, { errors, deliver: (delivery) => this.#record(delivery) });
  }

  #record(delivery: SimulatedDelivery): void {
    const recorded = { ...delivery, provider: this.#vendor.provider, atMs: Date.now() };
    this.deliveries.push(recorded);
    for (const listener of this.#listeners) listener(recorded);
  }
}

function isTransport(fault: Fault | undefined): boolean {
  return fault !== undefined && fault.kind !== "error";
}

function started<Started>(listener: Started | undefined): Started {
  if (listener === undefined) throw new Error("the simulator was not started");
  return listener;
}
