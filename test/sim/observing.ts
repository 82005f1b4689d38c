import type { z } from "zod";
import type { RoomName } from "../../src/kernel/room-name.ts";
import type { Entry } from "../../src/protocol/entry.ts";
import type { MonitorSyncResult } from "../../src/protocol/frames/monitor.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import type { ObserverAuditResult, ObserverRecord } from "../../src/protocol/rpc/observation.ts";
import { unwrap } from "../../src/protocol/rpc/outcome.ts";
import { dataOf, freshPack, online } from "./mailboxes.ts";
import { chat, chatRoom } from "./names.ts";
import type { SimConnection } from "./sim-connection.ts";
import type { ConnectOptions, World } from "./world.ts";

/** A live connection with the right to observe. */
export function observer(world: World, userId: UserId, options: ConnectOptions = {}): SimConnection {
  return online(world, userId, { scopes: ["observe"], ...options });
}

/** Asks, and returns the packId. */
export function monitor(
  world: World,
  connection: SimConnection,
  verb: "start" | "stop",
  sessionId: SessionId = chat,
): string {
  const packId = freshPack();
  world.send(connection, { type: `monitor.${verb}`, packId, sessionId });
  return packId;
}

/** Begins or ends an observation, and lets everything arrive. */
export function monitored(
  world: World,
  connection: SimConnection,
  verb: "start" | "stop",
  sessionId: SessionId = chat,
): number {
  const packId = monitor(world, connection, verb, sessionId);
  world.drain();
  return dataOf<{ seqId: number }>(connection, packId).seqId;
}

export function observedList(world: World, connection: SimConnection): z.infer<typeof MonitorSyncResult>["sessions"] {
  const packId = freshPack();
  world.send(connection, { type: "monitor.sync", packId });
  return dataOf<z.infer<typeof MonitorSyncResult>>(connection, packId).sessions;
}

export function observedEntries(connection: SimConnection): Entry[] {
  return connection.frames.flatMap((frame) => (frame.type === "observed" ? frame.entries : []));
}

export function observedSeqIds(connection: SimConnection): number[] {
  return observedEntries(connection).map(({ seqId }) => seqId);
}

export function auditOf(world: World, room: RoomName = chatRoom): readonly ObserverRecord[] {
  const call = { type: "observerAudit", by: { kind: "server" } } as const;
  return (unwrap(world.call(room, call)) as ObserverAuditResult).records; // SAFETY: what session rooms answer to it
}

/** Rings what is due, step by step, until `done`: retries of couriers and sessions alike. */
export function passTimeUntil(world: World, done: () => boolean): void {
  world.drain();
  for (let left = 1_000; left > 0 && !done(); left -= 1) {
    world.nowMs = Math.max(world.nowMs, Math.min(...world.alarms.values()));
    world.ringDue();
    world.drain();
  }
  if (!done()) throw new Error("it never happened");
}
