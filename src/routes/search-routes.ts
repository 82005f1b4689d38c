import { z } from "zod";
import { SearchMessages, SearchMessagesResult } from "../protocol/frames/search.ts";
import { UserId } from "../protocol/ids.ts";
import { MAX_SEARCH_LIMIT } from "../protocol/limits.ts";
import { asUser } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { count, newRouter } from "./router.ts";

const { text, from, sessionId, cursor } = SearchMessages.shape;

const searchMessages = operation({
  method: "get",
  path: "/users/{userId}/search",
  id: "searchMessages",
  tag: "Users",
  summary: "Search the messages that a user may read",
  description:
    "The newest first; every condition that is given must hold. `text` are words, each of which a message has, be it within another word. What is gone, or what the user may not read any more, is not found, so a page may be short or empty: the search goes on for as long as there is a `cursor`.",
  request: {
    params: z.object({ userId: UserId }),
    query: z.object({
      text,
      from,
      contentType: count(1, 65_535).optional(),
      sessionId,
      afterMs: count(0).optional(),
      beforeMs: count(0).optional(),
      cursor,
      limit: count(1, MAX_SEARCH_LIMIT).optional(),
    }),
  },
  answer: SearchMessagesResult,
});

/** What the archive finds, as its user may see it. */
export function searchRoutes(deps: Deps) {
  return newRouter().openapi(searchMessages, async (c) => {
    const ask = asUser(deps, c, c.req.valid("param").userId);
    return c.json(await ask({ type: "search.messages", packId: HTTP, ...c.req.valid("query") }), 200);
  });
}
