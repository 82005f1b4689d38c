import type { z } from "zod";
import type { Content } from "../../protocol/content-type.ts";
import type { MessageEntry } from "../../protocol/entry.ts";
import type { MsgControl, MsgSend } from "../../protocol/frames/message.ts";
import type { StreamClose, StreamOpen } from "../../protocol/frames/stream.ts";
import type { PackId } from "../../protocol/ids.ts";
import type { Verdict } from "../../protocol/rpc/session-call.ts";

/** What stores a content that a user gave. */
export type Said = MsgSend | z.infer<typeof MsgControl> | z.infer<typeof StreamOpen> | z.infer<typeof StreamClose>;

/** What the app is shown of it. */
export interface ShownSaid {
  readonly packId: PackId;
  /** The message that is edited, or ends to grow. */
  readonly seqId?: number;
  readonly op?: "override" | "finish";
  readonly streaming?: true;
  readonly contentType?: number | undefined;
  readonly content: Content;
}

/**
 * What the app is asked about: nothing of what takes a message away, of a stream that begins empty, and of the end of one
 * that is not among `streams`, those that the user still writes.
 */
export function shownOf(frame: Said, streams: readonly MessageEntry[]): ShownSaid | undefined {
  const { sessionId: _, ...said } = frame;
  switch (said.type) {
    case "msg.send":
      return untyped(said);
    case "stream.open":
      return said.content === "" ? undefined : { ...untyped(said), streaming: true };
    case "msg.control":
      return said.op === "override" && said.content !== undefined
        ? { ...untyped(said), op: said.op, content: said.content }
        : undefined;
    case "stream.close": {
      const stream = streams.find(({ seqId }) => seqId === said.seqId);
      if (stream === undefined) return undefined;
      const { contentType, content } = stream;
      return { ...untyped(said), op: "finish", contentType, content: said.content ?? content };
    }
  }
}

/** A stream ends with what the app has seen of it, whatever it grew to meanwhile (M231). */
export function asSeen(frame: Said, { content }: ShownSaid, verdict: Verdict | undefined): Verdict | undefined {
  return frame.type === "stream.close" && verdict === undefined ? { kind: "replaced", content } : verdict;
}

function untyped<T extends { readonly type: string }>({ type: _, ...rest }: T): Omit<T, "type"> {
  return rest;
}
