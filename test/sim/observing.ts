import type { z } from "zod";
import type { RoomName } from "../../src/kernel/room-name.ts";
import type { Entry } from "../../src/protocol/entry.ts";
import type { MsgSendResult } from "../../src/protocol/frames/message.ts";
import type { MonitorSyncResult } from "../../src/protocol/frames/monitor.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import type { ObserveCall, ObserverAuditResult, ObserverRecord } from "../../src/protocol/rpc/observation.ts";
import { type Outcome, unwrap } from "../../src/protocol/rpc/outcome.ts";
import { append, text } from "./asks.ts";
import { dataOf, freshPack, online } from "./mailboxes.ts";
import { alice, carol, chat, chatRoom } from "./names.ts";
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

/** Alice says something in the chat. */
export function said(world: World, ...packs: string[]): MsgSendResult[] {
  return append(
    world,
    alice,
    packs.map((one) => text(one)),
  );
}

export function codeOf(connection: SimConnection, packId: string): number[] {
  return connection.acks(packId).map(({ code }) => code);
}

/** What a mailbox tells the session. */
export function told(version: number, event: ObserveCall["event"] = "started", userId = carol): ObserveCall {
  return { type: "observe", userId, version, event };
}

interface Reader {
  readonly userId: UserId;
  readonly observes: true | undefined;
  readonly room: RoomName;
}

export function historyFor(world: World, { userId, observes, room }: Reader): Outcome {
  const by = { kind: "user", userId, ...(observes ? { observes } : {}) } as const;
  return world.call(room, { type: "history", by, after: 0 });
}

/** The delivery to an observer that is under way does not arrive. */
export function loseObserved(world: World): void {
  const isDelivery = ({ kind, ...flight }: (typeof world.flights)[number]) =>
    kind === "request" && "call" in flight && flight.call.type === "observed";
  world.land(world.flights.findIndex(isDelivery), "lost");
}

/** Asks for the whole history, and returns the packId. */
export function pulled(world: World, connection: SimConnection): string {
  const packId = freshPack();
  world.send(connection, { type: "history.pull", packId, sessionId: chat, after: 0 });
  world.drain();
  return packId;
}
