import { type RoomName, sessionRoom } from "../../src/kernel/room-name.ts";
import type { MessageEntry } from "../../src/protocol/entry.ts";
import type { MsgSendResult } from "../../src/protocol/frames/message.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import type { ResultOf } from "../../src/protocol/results.ts";
import { type Outcome, unwrap } from "../../src/protocol/rpc/outcome.ts";
import type { SessionFrame, SessionFrameType } from "../../src/protocol/session-frame.ts";
import { wholeLog } from "./asks.ts";
import { freshPack } from "./mailboxes.ts";
import { app, chat, chatRoom } from "./names.ts";
import type { World } from "./world.ts";

type FrameOf<T extends SessionFrameType> = Extract<SessionFrame, { type: T }>;
type InSession = Extract<SessionFrame, { sessionId: SessionId }>["type"];
/** A request without what all have. */
type Bare<T extends InSession> = Omit<FrameOf<T>, "packId" | "sessionId"> &
  Partial<Pick<FrameOf<T>, "packId" | "sessionId">>;

/** What the session room answers to a member's request. */
export function tryAsk<T extends InSession>(
  world: World,
  by: UserId,
  bare: Bare<T> & { type: T },
): Outcome<ResultOf<T>> {
  const frame = { packId: freshPack(), sessionId: chat, ...bare } as unknown as FrameOf<T>; // SAFETY: completed here
  const call = { type: "request", by, frame } as const;
  return world.call(sessionRoom(app, frame.sessionId), call) as Outcome<ResultOf<T>>; // SAFETY: what session rooms answer to it
}

export function ask<T extends InSession>(world: World, by: UserId, bare: Bare<T> & { type: T }): ResultOf<T> {
  return unwrap(tryAsk(world, by, bare));
}

/** The name of the error that a request is refused with. */
export function refusalOf<T extends InSession>(world: World, by: UserId, bare: Bare<T> & { type: T }): string {
  const outcome = tryAsk(world, by, bare);
  if (outcome.ok) throw new Error(`${bare.type} by ${by} was not refused`);
  return outcome.error;
}

export const react = (seqId: number, reaction: string, remove?: true) =>
  ({ type: "msg.react", seqId, reaction, ...(remove === undefined ? {} : { remove }) }) as const;
export const pin = (seqId: number, remove?: true) =>
  ({ type: "msg.pin", seqId, ...(remove === undefined ? {} : { remove }) }) as const;
export const open = (content: string) => ({ type: "stream.open", contentType: 1, content }) as const;
export const chunk = (seqId: number, offset: number, text: string) =>
  ({ type: "stream.chunk", seqId, offset, text }) as const;
export const close = (seqId: number, content?: string) =>
  ({ type: "stream.close", seqId, ...(content === undefined ? {} : { content }) }) as const;

export function openStream(world: World, by: UserId, content: string, sessionId?: SessionId): MsgSendResult {
  return ask(world, by, { ...open(content), ...(sessionId === undefined ? {} : { sessionId }) });
}

/** A message as it is now. */
export function messageIn(world: World, seqId: number, room: RoomName = chatRoom): MessageEntry {
  const entry = wholeLog(world, room).find((one) => one.seqId === seqId);
  if (entry?.kind !== "message") throw new Error(`no message ${seqId}`);
  return entry;
}

/** How far a session room knows a member to be. */
export function cursorOf(world: World, userId: UserId, asked: UserId = userId, sessionId: SessionId = chat) {
  const { cursors } = ask(world, asked, { type: "msg.cursors", sessionId });
  return cursors.find((cursor) => cursor.userId === userId);
}
