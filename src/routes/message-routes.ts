import { Hono } from "hono";
import { z } from "zod";
import { sessionRoom } from "../kernel/room-name.ts";
import { Content, ContentType } from "../protocol/content-type.ts";
import { ParleyError } from "../protocol/errors.ts";
import { HistoryPull } from "../protocol/frames/message.ts";
import { PackId, SessionId, UserId } from "../protocol/ids.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { AppendResult } from "../protocol/rpc/session-call.ts";
import { singleSessionId } from "../protocol/session-id.ts";
import type { Deps } from "./deps.ts";
import { operatorOf, type Principal } from "./principal.ts";
import { jsonBody, parsed } from "./problem.ts";

export interface Authenticated {
  Variables: { principal: Principal };
}

const SendBody = z
  .object({
    packId: PackId,
    /** Required with a server key; with a user token it is the token's user. */
    from: UserId.optional(),
    sessionId: SessionId.optional(),
    /** Instead of `sessionId`: the other user of a single chat. */
    to: UserId.optional(),
    contentType: ContentType.default(1),
    content: Content,
  })
  .refine(({ sessionId, to }) => (sessionId === undefined) !== (to === undefined), "give either sessionId or to");

const number = z.coerce.number().optional();
const HistoryQuery = z.object({ before: number, after: number, limit: number });

function senderOf(principal: Principal, from: UserId | undefined): UserId {
  if (principal.kind === "server") {
    if (from === undefined) throw new ParleyError("BAD_PARAMETER", "from: required with a server key");
    return from;
  }
  if (from !== undefined && from !== principal.userId) throw new ParleyError("ACCESS_DENIED", "from is another user");
  return principal.userId;
}

/** `POST /v1/messages` and `GET /v1/sessions/:id/messages`. */
export function messageRoutes(deps: Deps): Hono<Authenticated> {
  const routes = new Hono<Authenticated>();
  routes.post("/messages", async (c) => {
    const principal = c.get("principal");
    const body = parsed(SendBody.safeParse(await jsonBody(c)));
    const sender = senderOf(principal, body.from);
    // SAFETY: the schema lets exactly one of the two through
    const sessionId = body.sessionId ?? singleSessionId(sender, body.to as UserId);
    const { packId, contentType, content } = body;
    const call = { type: "append", sender, items: [{ packId, contentType, content }] } as const;
    const outcome = await deps.call(sessionRoom(principal.app, sessionId), call);
    const [result] = unwrap(outcome) as AppendResult; // SAFETY: append answers with one result per item
    if (result === undefined) throw new ParleyError("SERVER_EXCEPTION");
    return c.json(unwrap(result));
  });
  routes.get("/sessions/:sessionId/messages", async (c) => {
    const principal = c.get("principal");
    const sessionId = parsed(SessionId.safeParse(c.req.param("sessionId")));
    const query = parsed(HistoryQuery.safeParse(c.req.query()));
    const pull = parsed(HistoryPull.safeParse({ type: "history.pull", packId: "http", sessionId, ...query }));
    const { before, after, limit } = pull;
    const call = { type: "history", by: operatorOf(principal), before, after, limit } as const;
    const outcome = await deps.call(sessionRoom(principal.app, sessionId), call);
    return c.json(unwrap(outcome) as object); // SAFETY: history answers with a page
  });
  return routes;
}
