import { sessionRoom } from "../../src/kernel/room-name.ts";
import type { MessageEntry } from "../../src/protocol/entry.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import { type Outcome, unwrap } from "../../src/protocol/rpc/outcome.ts";
import type { Verdict } from "../../src/protocol/rpc/session-call.ts";
import type { SessionFrame } from "../../src/protocol/session-frame.ts";
import { wholeLog } from "./asks.ts";
import { freshPack } from "./mailboxes.ts";
import { app, chat } from "./names.ts";
import type { World } from "./world.ts";

type InSession = Extract<SessionFrame, { sessionId: SessionId }>;
type Without<T> = T extends unknown ? Omit<T, "packId" | "sessionId"> : never;
/** A request without what all have. */
export type Asking = Without<InSession> & { readonly sessionId?: SessionId; readonly packId?: string };

/** What the session room answers to a member's request. */
export function tryAsk(world: World, by: UserId, asking: Asking, verdict?: Verdict): Outcome {
  const frame = { packId: freshPack(), sessionId: chat, ...asking } as InSession; // SAFETY: completed here
  return world.call(sessionRoom(app, frame.sessionId), { type: "request", by, frame, verdict });
}

export function ask<T>(world: World, by: UserId, asking: Asking): T {
  return unwrap(tryAsk(world, by, asking)) as T; // SAFETY: the caller names the result of the request it made
}

/** The name of the error that a request is refused with; nothing when it is not. */
export function refusalOf(world: World, by: UserId, asking: Asking): string | undefined {
  const outcome = tryAsk(world, by, asking);
  return outcome.ok ? undefined : outcome.error;
}

export const react = (seqId: number, reaction: string, remove?: true) => {
  return { type: "msg.react", seqId, reaction, ...(remove && { remove }) } as const;
};
export const pin = (seqId: number, remove?: true) => ({ type: "msg.pin", seqId, ...(remove && { remove }) }) as const;
export const open = (content: string) => ({ type: "stream.open", contentType: 1, content }) as const;
export const chunk = (seqId: number, offset: number, text: string) => {
  return { type: "stream.chunk", seqId, offset, text } as const;
};
export const close = (seqId: number, content?: string) => {
  return { type: "stream.close", seqId, ...(content !== undefined && { content }) } as const;
};
export const recall = (seqId: number) => ({ type: "msg.control", seqId, op: "recall" }) as const;
export const remove = (seqId: number) => ({ type: "msg.control", seqId, op: "delete" }) as const;
export const edit = (seqId: number, content: string) => {
  return { type: "msg.control", seqId, op: "override", content } as const;
};

/** A message as it is now. */
export function messageIn(world: World, seqId: number, sessionId: SessionId = chat): MessageEntry {
  const entry = wholeLog(world, sessionRoom(app, sessionId))[seqId - 1];
  if (entry?.kind !== "message") throw new Error(`no message ${seqId}`);
  return entry;
}
