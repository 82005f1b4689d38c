import type { PushMessage, PushTarget } from "../../src/queues/push/provider.ts";

export function aMessage(changes: Partial<PushMessage> = {}): PushMessage {
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
