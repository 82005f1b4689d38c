import type { z } from "zod";
import { groupFrames } from "./frames/group.ts";
import {
  MsgControl,
  MsgCursors,
  MsgPin,
  MsgPins,
  MsgReact,
  MsgReactions,
  MsgReaders,
  MsgSignal,
  Typing,
} from "./frames/message.ts";
import { StreamChunk, StreamClose, StreamOpen } from "./frames/stream.ts";

/** Requests that the session's room decides alone; the mailbox passes them on and the answer back. */
const inSession = [
  MsgControl,
  MsgReact,
  MsgReactions,
  MsgPin,
  MsgPins,
  MsgCursors,
  MsgReaders,
  MsgSignal,
  Typing,
  StreamOpen,
  StreamChunk,
  StreamClose,
] as const;
export const sessionFrames = [...inSession, ...groupFrames] as const;
export type SessionFrame = z.infer<(typeof sessionFrames)[number]>;
export type SessionFrameType = SessionFrame["type"];

const TYPES: ReadonlySet<string> = new Set(sessionFrames.map((one) => one.shape.type.value));

export function isSessionFrame(frame: { readonly type: string }): frame is SessionFrame {
  return TYPES.has(frame.type);
}
