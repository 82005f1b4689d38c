import { z } from "zod";
import { sessionRoom } from "../kernel/room-name.ts";
import { Content, ContentType } from "../protocol/content-type.ts";
import { ParleyError } from "../protocol/errors.ts";
import { HistoryResult, MsgSend, MsgSendResult } from "../protocol/frames/message.ts";
import { PackId, SessionId, UserId } from "../protocol/ids.ts";
import { MAX_HISTORY_LIMIT } from "../protocol/limits.ts";
import { MessageOptions } from "../protocol/message-parts.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { AppendItem, AppendResult } from "../protocol/rpc/session-call.ts";
import { singleSessionId } from "../protocol/session-id.ts";
import { asUser, By, userOf } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP, idempotencyKeyOf } from "./idempotency.ts";
import { judged } from "./judging.ts";
import { operation } from "./operation.ts";
import type { Principal } from "./principal.ts";
import { count, newRouter } from "./router.ts";
import { readSession } from "./session-history.ts";

/** A message on its way, as a third party's server or a user's own program gives it. */
export const SendBody = z
  .object({
    /** Required unless the request has an `Idempotency-Key`. */
    packId: PackId.optional(),
    /** Required with a server key; with a user token it is the token's user. */
    from: UserId.optional(),
    sessionId: SessionId.optional(),
    /** Instead of `sessionId`: the other user of a single chat. */
    to: UserId.optional(),
    contentType: ContentType.default(1),
    content: Content,
    ...MessageOptions.shape,
    ttlMs: MsgSend.shape.ttlMs,
  })
  .refine(({ sessionId, to }) => (sessionId === undefined) !== (to === undefined), "give either sessionId or to");
export type SendBody = z.infer<typeof SendBody>;

const sendMessage = operation({
  method: "post",
  path: "/messages",
  id: "sendMessage",
  tag: "Messages",
  summary: "Send a message",
  description:
    "Durable when it is answered. The same `packId` (or `Idempotency-Key`) of a sender is stored once, and answered with the first `seqId`.",
  request: { body: SendBody },
  example: { packId: "hello-1", from: "alice", to: "bob", content: "Hello Bob" },
  answer: MsgSendResult,
  answerExample: { sessionId: "SC_alice_bob", seqId: 1, timestamp: 1_790_000_000_000 },
  errors: [
    ...(["TOO_SHORT", "TOO_LONG", "SENSITIVE_WORD", "NOT_IN_GROUP", "NO_SUCH_GROUP", "MUTED"] as const),
    ...(["NOT_FRIENDS", "BLOCKED", "PACK_CONFLICT", "NO_SUCH_MESSAGE", "NOT_ALLOWED_IN_GROUP"] as const),
    ...(["HOOK_REJECTED", "HOOK_UNANSWERED"] as const),
  ],
});

const readHistory = operation({
  method: "get",
  path: "/sessions/{sessionId}/messages",
  id: "readHistory",
  tag: "Sessions",
  summary: "Read a page of the history",
  description:
    "Entries in ascending order: those before `before`, those after `after`, or the latest. A server key reads every session of its app, and in the name of `by` what that user sees.",
  request: {
    params: z.object({ sessionId: SessionId }),
    query: z
      .object({
        before: count(1).optional(),
        after: count(0).optional(),
        limit: count(1, MAX_HISTORY_LIMIT).optional(),
        ...By.shape,
      })
      .refine(
        ({ before, after }) => before === undefined || after === undefined,
        "before and after exclude each other",
      ),
  },
  answer: HistoryResult,
  errors: ["HISTORY_FORBIDDEN", "NO_SUCH_GROUP"],
});

/** Sending, and reading what was sent. */
export function messageRoutes(deps: Deps) {
  return newRouter()
    .openapi(sendMessage, async (c) => {
      const { item, sessionId, sender } = itemOf(c.get("principal"), c.req.valid("json"), idempotencyKeyOf(c));
      const principal = c.get("principal");
      if (principal.kind === "user")
        return c.json(await asUser(deps, c, sender)({ type: "msg.send", sessionId, ...item }), 200);
      const items = await judged(deps, { app: principal.app, sender, sessionId }, [item]);
      const call = { type: "append", sender, items, by: "server" } as const;
      const outcome = await deps.call(sessionRoom(principal.app, sessionId), call);
      const [result] = unwrap(outcome) as AppendResult; // SAFETY: append answers with one result per item
      if (result === undefined) throw new ParleyError("SERVER_EXCEPTION");
      return c.json(unwrap(result), 200);
    })
    .openapi(readHistory, async (c) => {
      const principal = c.get("principal");
      const { sessionId } = c.req.valid("param");
      const { by, ...range } = c.req.valid("query");
      if (principal.kind === "user" || by !== undefined) {
        const pull = { type: "history.pull", packId: HTTP, sessionId, ...range } as const;
        return c.json(await asUser(deps, c, by)(pull), 200);
      }
      return c.json(await readSession(deps, { app: principal.app, sessionId }, range), 200);
    });
}

/** The message, where it goes and who sends it. */
export function itemOf(principal: Principal, body: SendBody, key: PackId | undefined) {
  const { packId = key, from, sessionId, to, ...rest } = body;
  if (packId === undefined) throw new ParleyError("BAD_PARAMETER", "packId: or an Idempotency-Key");
  if (principal.kind === "server" && from === undefined)
    throw new ParleyError("BAD_PARAMETER", "from: required with a server key");
  const sender = userOf(principal, from);
  const item: AppendItem = { packId, ...rest };
  // SAFETY: the schema lets exactly one of the two through
  return { item, sender, sessionId: sessionId ?? singleSessionId(sender, to as UserId) };
}
