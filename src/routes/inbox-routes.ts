import { z } from "zod";
import { Done } from "../protocol/frames/done.ts";
import { MsgHide, MsgRead, MsgReadAllResult, MsgReadResult } from "../protocol/frames/message.ts";
import { SessionAttr, SessionAttrResult, SessionListResult } from "../protocol/frames/session.ts";
import { SessionId, UserId } from "../protocol/ids.ts";
import { MAX_SYNC_LIMIT } from "../protocol/limits.ts";
import { asUser } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { count, newRouter } from "./router.ts";

const ofUser = z.object({ userId: UserId });
const ofSession = z.object({ userId: UserId, sessionId: SessionId });
const tag = "Users";

const listSessions = operation({
  method: "get",
  path: "/users/{userId}/sessions",
  id: "listSessions",
  tag,
  summary: "A user's conversations",
  description:
    "The most recent first, each with its read state, and how much is unread in all of them. `next` is the next page's `before`.",
  request: {
    params: ofUser,
    query: z.object({ before: z.string().max(256).optional(), limit: count(1, MAX_SYNC_LIMIT).optional() }),
  },
  answer: SessionListResult,
});

const countUnread = operation({
  method: "get",
  path: "/users/{userId}/unread",
  id: "countUnread",
  tag,
  summary: "How much is unread in all conversations",
  request: { params: ofUser },
  answer: SessionListResult.pick({ unreadTotal: true }),
  answerExample: { unreadTotal: 1 },
});

const readSession = operation({
  method: "put",
  path: "/users/{userId}/sessions/{sessionId}/read",
  id: "readSession",
  tag,
  summary: "Read a conversation up to a message",
  description: "The cursor only moves forward. The answer has the exact rest.",
  request: { params: ofSession, body: MsgRead.pick({ seqId: true }) },
  example: { seqId: 1 },
  answer: MsgReadResult,
  errors: ["NO_SUCH_MESSAGE"],
});

const readAllSessions = operation({
  method: "put",
  path: "/users/{userId}/read",
  id: "readAllSessions",
  tag,
  summary: "Read everything",
  request: { params: ofUser },
  answer: MsgReadAllResult,
});

const markUnread = operation({
  method: "put",
  path: "/users/{userId}/sessions/{sessionId}/unread-mark",
  id: "markUnread",
  tag,
  summary: "Mark a conversation as unread",
  request: { params: ofSession },
  answer: Done,
  errors: ["NO_SUCH_MESSAGE"],
});

const setSessionAttributes = operation({
  method: "patch",
  path: "/users/{userId}/sessions/{sessionId}",
  id: "setSessionAttributes",
  tag,
  summary: "Pin, mute, draft and notes of a conversation",
  description: "What is not given stays; `null` takes an attribute away.",
  request: { params: ofSession, body: SessionAttr.shape.attributes },
  example: { pinned: true, draft: null },
  answer: SessionAttrResult,
  errors: ["NO_SUCH_MESSAGE"],
});

const hideSession = operation({
  method: "delete",
  path: "/users/{userId}/sessions/{sessionId}",
  id: "hideSession",
  tag,
  summary: "Take a conversation off the list",
  description: "Its next message brings it back.",
  request: { params: ofSession },
  answer: Done,
  errors: ["NO_SUCH_MESSAGE"],
});

const hideMessages = operation({
  method: "put",
  path: "/users/{userId}/sessions/{sessionId}/hidden-messages",
  id: "hideMessages",
  tag,
  summary: "Delete messages for this user alone",
  request: { params: ofSession, body: MsgHide.pick({ seqIds: true }) },
  example: { seqIds: [1] },
  answer: MsgReadResult,
  errors: ["NO_SUCH_MESSAGE", "HISTORY_FORBIDDEN", "NO_SUCH_GROUP"],
});

/** A user's list of conversations, and what they have read. */
export function inboxRoutes(deps: Deps) {
  return newRouter()
    .openapi(listSessions, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "session.list", packId: HTTP, ...c.req.valid("query") }), 200);
    })
    .openapi(countUnread, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      const { unreadTotal } = await ask({ type: "session.list", packId: HTTP, limit: 1 });
      return c.json({ unreadTotal }, 200);
    })
    .openapi(readSession, async (c) => {
      const { userId, sessionId } = c.req.valid("param");
      const frame = { type: "msg.read", packId: HTTP, sessionId, ...c.req.valid("json") } as const;
      return c.json(await asUser(deps, c, userId)(frame), 200);
    })
    .openapi(readAllSessions, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "msg.readAll", packId: HTTP }), 200);
    })
    .openapi(markUnread, async (c) => {
      const { userId, sessionId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "msg.markUnread", packId: HTTP, sessionId }), 200);
    })
    .openapi(setSessionAttributes, async (c) => {
      const { userId, sessionId } = c.req.valid("param");
      const frame = { type: "session.attr", packId: HTTP, sessionId, attributes: c.req.valid("json") } as const;
      return c.json(await asUser(deps, c, userId)(frame), 200);
    })
    .openapi(hideSession, async (c) => {
      const { userId, sessionId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "session.hide", packId: HTTP, sessionId }), 200);
    })
    .openapi(hideMessages, async (c) => {
      const { userId, sessionId } = c.req.valid("param");
      const frame = { type: "msg.hide", packId: HTTP, sessionId, ...c.req.valid("json") } as const;
      return c.json(await asUser(deps, c, userId)(frame), 200);
    });
}
