import { z } from "zod";
import { ContentType } from "../content-type.ts";
import { MessageEntry } from "../entry.ts";
import { PackId, SessionId, UserId } from "../ids.ts";
import { MAX_SEARCH_LIMIT, MAX_SEARCH_TEXT_CHARS } from "../limits.ts";

/** Messages of the user's own sessions, the newest first. Every condition that is given must hold. */
export const SearchMessages = z.object({
  type: z.literal("search.messages"),
  packId: PackId,
  /** Words; the text has all of them, each be it within another word. */
  text: z.string().max(MAX_SEARCH_TEXT_CHARS).optional(),
  from: UserId.optional(),
  contentType: ContentType.optional(),
  sessionId: SessionId.optional(),
  /** Sent at that time or later, in ms since 1970. */
  afterMs: z.int().min(0).optional(),
  /** Sent before that time. */
  beforeMs: z.int().min(0).optional(),
  /** Of the page before. */
  cursor: z.string().max(32).optional(),
  limit: z.int().min(1).max(MAX_SEARCH_LIMIT).optional(),
});
export type SearchMessages = z.infer<typeof SearchMessages>;

export const SearchHit = z.object({
  sessionId: SessionId,
  entry: MessageEntry,
  /** The part of its text where the first of the words is; empty for a message without text. */
  snippet: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchMessagesResult = z.object({
  /** May be fewer than `limit`, or none, also when there are further pages. */
  hits: z.array(SearchHit),
  /** Where the next page begins; absent after the last one. */
  cursor: z.string().optional(),
});
export type SearchMessagesResult = z.infer<typeof SearchMessagesResult>;
