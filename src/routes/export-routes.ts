import { z } from "zod";
import { SessionId, UserId } from "../protocol/ids.ts";
import { asUser } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { EntryLine, sessionPages, UserLine, userPages } from "./exports.ts";
import { lineStream, NDJSON } from "./line-stream.ts";
import { lineOperation } from "./operation.ts";
import { count, newRouter } from "./router.ts";

const BREAKS_OFF =
  "What was written while it was read may be in it. A stream that breaks off has no end: the transfer fails instead.";

const exportSession = lineOperation({
  method: "get",
  path: "/sessions/{sessionId}/export",
  id: "exportSession",
  tag: "Sessions",
  summary: "The whole log of a conversation",
  description: `A line of JSON for each entry, from the first on, or from the one after \`after\`, without holes. ${BREAKS_OFF}`,
  access: "server",
  request: { params: z.object({ sessionId: SessionId }), query: z.object({ after: count(0).optional() }) },
  answer: EntryLine,
  errors: ["NO_SUCH_GROUP"],
});

const exportUser = lineOperation({
  method: "get",
  path: "/users/{userId}/export",
  id: "exportUser",
  tag: "Users",
  summary: "All that is kept of a user, and all that they may read",
  description: `Lines of JSON: the profile, relations, then each conversation with its entries as the user sees them. ${BREAKS_OFF}`,
  access: "server",
  request: { params: z.object({ userId: UserId }) },
  answer: UserLine,
});

/** Streams of lines, for whoever moves or wants to have what is theirs. */
export function exportRoutes(deps: Deps) {
  return newRouter()
    .openapi(exportSession, async (c) => {
      const { app } = c.get("principal");
      const { sessionId } = c.req.valid("param");
      const pages = sessionPages(deps, { app, sessionId }, c.req.valid("query").after ?? 0);
      return c.body(await lineStream(pages), 200, { "Content-Type": NDJSON });
    })
    .openapi(exportUser, async (c) => {
      const { app } = c.get("principal");
      const { userId } = c.req.valid("param");
      const pages = userPages(deps, { app, userId }, asUser(deps, c, userId));
      return c.body(await lineStream(pages), 200, { "Content-Type": NDJSON });
    });
}
