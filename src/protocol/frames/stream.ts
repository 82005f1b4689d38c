import { z } from "zod";
import { Content, ContentType } from "../content-type.ts";
import { PackId, SessionId } from "../ids.ts";
import { MessageOptions } from "../message-parts.ts";

const ofStream = { packId: PackId, sessionId: SessionId, seqId: z.int().min(1) };

/** A text message that grows: it takes its place in the log at once, and its text follows in chunks. */
export const StreamOpen = z.object({
  type: z.literal("stream.open"),
  packId: PackId,
  sessionId: SessionId,
  contentType: ContentType,
  content: z.string(),
  ...MessageOptions.shape,
});

/** The next part of the text. `offset` (UTF-16 units) is the length so far: `WRONG_OFFSET` says that something is missing. */
export const StreamChunk = z.object({
  type: z.literal("stream.chunk"),
  ...ofStream,
  offset: z.int().min(0),
  text: z.string().min(1),
});
export const StreamChunkResult = z.object({ length: z.int() });

/** Complete: with the text so far, or with this content instead. */
export const StreamClose = z.object({ type: z.literal("stream.close"), ...ofStream, content: Content.optional() });
