import { mailboxRoom } from "../../src/kernel/room-name.ts";
import type { HotSession } from "../../src/protocol/entry.ts";
import type { SyncSessionsResult } from "../../src/protocol/frames/sync.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import { app, chat, pack } from "./names.ts";
import type { SimConnection } from "./sim-connection.ts";
import type { ConnectOptions, World } from "./world.ts";

let counter = 0;

/** A packId that no other request has. */
export function freshPack() {
  counter += 1;
  return pack(`fresh-${counter}`);
}

/** The data of the only ack with this packId. Throws for an error, and when there is not exactly one. */
export function dataOf<T>(connection: SimConnection, packId: string): T {
  const acks = connection.acks(packId);
  const [ack] = acks;
  if (acks.length !== 1 || ack?.code !== 0) throw new Error(`not one success: ${JSON.stringify(acks)}`);
  return ack.data as T; // SAFETY: the caller names the result of the request it made
}

/** One page of `sync.sessions`. */
export function syncPage(world: World, connection: SimConnection, since = 0, limit?: number): SyncSessionsResult {
  const packId = freshPack();
  world.send(connection, { type: "sync.sessions", packId, since, limit });
  return dataOf(connection, packId);
}

/** A connection that is live. */
export function online(world: World, userId: UserId, options?: ConnectOptions): SimConnection {
  const connection = world.connect(userId, options);
  syncPage(world, connection);
  return connection;
}

/** What a new device would be told about a session. */
export function hotSession(world: World, userId: UserId, sessionId: SessionId = chat): HotSession | undefined {
  const connection = world.connect(userId, { deviceType: "linux" });
  const { sessions } = syncPage(world, connection);
  world.disconnect(connection);
  return sessions.find((hot) => hot.sessionId === sessionId);
}

export function mailboxOf(userId: UserId) {
  return mailboxRoom(app, userId);
}

/** Sends a text and returns its packId. */
export function say(world: World, connection: SimConnection, content: string, sessionId: SessionId = chat): string {
  const packId = freshPack();
  world.send(connection, { type: "msg.send", packId, sessionId, contentType: 1, content });
  return packId;
}

/** Moves the read cursor and returns the request's packId. */
export function read(world: World, connection: SimConnection, seqId: number, sessionId: SessionId = chat): string {
  const packId = freshPack();
  world.send(connection, { type: "msg.read", packId, sessionId, seqId });
  return packId;
}
