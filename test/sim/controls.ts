import { type RoomName, sessionRoom } from "../../src/kernel/room-name.ts";
import type { Entry, MessageEntry } from "../../src/protocol/entry.ts";
import type { HistoryResult, MsgSendResult } from "../../src/protocol/frames/message.ts";
import type { SyncPriorityResult } from "../../src/protocol/frames/sync.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import { type Outcome, unwrap } from "../../src/protocol/rpc/outcome.ts";
import type { AppendItem, UnreadResult } from "../../src/protocol/rpc/session-call.ts";
import { dataOf, freshPack } from "./mailboxes.ts";
import { app, chat, chatRoom, pack } from "./names.ts";
import type { SimConnection } from "./sim-connection.ts";
import type { World } from "./world.ts";

export interface Controlling {
  readonly packId?: string;
  readonly sessionId?: SessionId;
  readonly contentType?: number;
  readonly content?: AppendItem["content"];
}

type Op = "recall" | "override" | "delete";

export function controlFrame(op: Op, seqId: number, { packId, sessionId = chat, ...rest }: Controlling = {}) {
  const key = packId === undefined ? freshPack() : pack(packId);
  return { type: "msg.control", packId: key, sessionId, seqId, op, ...rest } as const;
}

/** A control as its session room decides it. */
export function tryControl(world: World, by: UserId, frame: ReturnType<typeof controlFrame>): Outcome<MsgSendResult> {
  const call = { type: "request", by, frame } as const;
  return world.call(sessionRoom(app, frame.sessionId), call) as Outcome<MsgSendResult>; // SAFETY: what controls answer
}

/** One that must succeed; answers with its control entry's seqId. */
export function control(world: World, by: UserId, frame: ReturnType<typeof controlFrame>): number {
  return unwrap(tryControl(world, by, frame)).seqId;
}

/** A message of the log; throws for anything else. */
export function messageIn(entries: readonly Entry[], seqId: number): MessageEntry {
  const entry = entries.find((one) => one.seqId === seqId);
  if (entry?.kind !== "message") throw new Error(`no message ${seqId}`);
  return entry;
}

/** What a user reads. */
export function historyOf(world: World, userId: UserId, room: RoomName = chatRoom): Entry[] {
  const call = { type: "history", by: { kind: "user", userId }, limit: 200 } as const;
  return (unwrap(world.call(room, call)) as HistoryResult).entries; // SAFETY: what session rooms answer to it
}

/** What the session room counts in (after, upTo]. */
export function countOf(world: World, userId: UserId, range: [number, number], room: RoomName = chatRoom) {
  const [after, upTo] = range;
  return unwrap(world.call(room, { type: "unread", userId, after, upTo })) as UnreadResult; // SAFETY: as above
}

/** One page of `sync.priority`. */
export function priorityPage(world: World, connection: SimConnection, after = 0, limit?: number): SyncPriorityResult {
  const packId = freshPack();
  world.send(connection, { type: "sync.priority", packId, after, limit });
  return dataOf(connection, packId);
}

/** Asks to delete messages for oneself; returns the request's packId. */
export function hide(world: World, connection: SimConnection, seqIds: number[], sessionId: SessionId = chat): string {
  const packId = freshPack();
  world.send(connection, { type: "msg.hide", packId, sessionId, seqIds });
  return packId;
}
