import { nativeHttp } from "../../src/hosts/native/http.ts";
import { Http2Client } from "../../src/hosts/native/http2-client.ts";
import { PushSimulator } from "../../src/hosts/native/push-simulator/simulator.ts";
import type { SimulatedVendor } from "../../src/hosts/native/push-simulator/vendor.ts";
import type { Http, HttpRequest } from "../../src/queues/http.ts";
import type { PushMessage, PushPorts, PushTarget, PushWithdrawal } from "../../src/queues/push/provider.ts";

type AboutMessage = PushMessage & Required<Pick<PushMessage, "sessionId" | "seqId">>;

export function aMessage(changes: Partial<PushMessage> = {}): AboutMessage {
  return {
    id: "push-1",
    title: "Alice",
    body: "Hello Bob",
    badge: 3,
    sessionId: "SC_alice_bob",
    seqId: 7,
    data: {},
    collapseId: "SC_alice_bob.7",
    ttlSeconds: 3600,
    priority: "high",
    sound: "default",
    ...changes,
  };
}

export function aTarget(changes: Partial<PushTarget> = {}): PushTarget {
  return {
    tokenId: "token-1",
    address: { kind: "token", token: "device-token-1" },
    packageName: "org.example.chat",
    sandbox: false,
    registeredAtMs: 1_700_000_000_000,
    ...changes,
  };
}

export function aWithdrawal(...targets: readonly PushTarget[]): PushWithdrawal {
  const { sessionId, seqId, collapseId, ttlSeconds } = aMessage();
  return {
    id: "withdraw-1",
    sessionId,
    seqId,
    collapseId,
    ttlSeconds,
    badge: 2,
    targets: targets.map((target) => ({ target })),
  };
}

export interface PushBench<Vendor extends SimulatedVendor> {
  readonly vendor: Vendor;
  readonly simulator: PushSimulator;
  readonly ports: PushPorts;
  /** What was sent, in order. */
  readonly sent: readonly HttpRequest[];
  /** Moves the sender's clock, not the simulator's. */
  advance(ms: number): void;
  close(): void;
}

/** A provider's simulator, and ports to reach it with. */
export async function pushBench<Vendor extends SimulatedVendor>(vendor: Vendor): Promise<PushBench<Vendor>> {
  const simulator = await new PushSimulator(vendor).start();
  const http2 = new Http2Client();
  const send = nativeHttp(http2);
  const sent: HttpRequest[] = [];
  let aheadMs = 0;
  const http: Http = (request) => {
    sent.push(request);
    return send(request);
  };
  return {
    vendor,
    simulator,
    sent,
    ports: { http, clock: { nowMs: () => Date.now() + aheadMs }, random: () => 0.5 },
    advance: (ms) => {
      aheadMs += ms;
    },
    close: () => {
      http2.close();
      simulator.close();
    },
  };
}
