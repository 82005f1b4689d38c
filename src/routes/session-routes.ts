import type { Context } from "hono";
import { z } from "zod";
import { sessionRoom } from "../kernel/room-name.ts";
import {
  MsgControl,
  MsgControlResult,
  MsgCursorsResult,
  MsgPinsResult,
  MsgReactionsResult,
  MsgReadersResult,
} from "../protocol/frames/message.ts";
import { type AppId, SessionId, type UserId } from "../protocol/ids.ts";
import { Reaction } from "../protocol/message-parts.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { Verdict } from "../protocol/rpc/session-call.ts";
import { asUser, By, byOf } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP, packIdOf } from "./idempotency.ts";
import { verdictsOn } from "./judging.ts";
import { operation } from "./operation.ts";
import { type Authenticated, count, newRouter } from "./router.ts";

const ofSession = z.object({ sessionId: SessionId });
const ofMessage = z.object({ sessionId: SessionId, seqId: count(1).meta({ example: 1 }) });
const ofReaction = z.object({ ...ofMessage.shape, reaction: Reaction.meta({ example: "👍" }) });
const tag = "Sessions";

const IN_SESSION = ["NO_SUCH_GROUP", "NOT_IN_GROUP", "HISTORY_FORBIDDEN"] as const;
const OF_MESSAGE = [...IN_SESSION, "NO_SUCH_MESSAGE"] as const;
const OF_CHANGE = [...OF_MESSAGE, "MESSAGE_GONE", "NOT_ALLOWED_IN_GROUP", "PACK_CONFLICT"] as const;
const MODERATED = "A server key may do this to every message at any time, in the sender's name unless it says `by`.";

const recallMessage = operation({
  method: "post",
  path: "/sessions/{sessionId}/messages/{seqId}/recall",
  id: "recallMessage",
  tag,
  summary: "Take a message back",
  description: MODERATED,
  request: { params: ofMessage, query: By },
  answer: MsgControlResult,
  errors: [...OF_CHANGE, "TOO_LATE"],
});

const replaceMessage = operation({
  method: "put",
  path: "/sessions/{sessionId}/messages/{seqId}",
  id: "replaceMessage",
  tag,
  summary: "Replace what a message says",
  description: MODERATED,
  request: {
    params: ofMessage,
    query: By,
    body: z.object({ contentType: MsgControl.shape.contentType, content: MsgControl.shape.content.unwrap() }),
  },
  example: { content: "Hello again" },
  answer: MsgControlResult,
  errors: [
    ...(["TOO_SHORT", "TOO_LONG", "SENSITIVE_WORD", "REFUSED", "MUTED", "BLOCKED", "NOT_FRIENDS"] as const),
    ...([...OF_CHANGE, "HOOK_REJECTED", "HOOK_UNANSWERED"] as const),
  ],
});

const deleteMessage = operation({
  method: "delete",
  path: "/sessions/{sessionId}/messages/{seqId}",
  id: "deleteMessage",
  tag,
  summary: "Delete a message for everybody",
  description: MODERATED,
  request: { params: ofMessage, query: By },
  answer: MsgControlResult,
  errors: OF_CHANGE,
});

const addReaction = operation({
  method: "put",
  path: "/sessions/{sessionId}/messages/{seqId}/reactions/{reaction}",
  id: "addReaction",
  tag,
  summary: "React to a message",
  request: { params: ofReaction, query: byOf("bob") },
  answer: MsgControlResult,
  errors: [...OF_CHANGE, "LIMIT_REACHED"],
});

const removeReaction = operation({
  method: "delete",
  path: "/sessions/{sessionId}/messages/{seqId}/reactions/{reaction}",
  id: "removeReaction",
  tag,
  summary: "Take a reaction back",
  request: { params: ofReaction, query: byOf("bob") },
  answer: MsgControlResult,
  errors: OF_CHANGE,
});

const listReactions = operation({
  method: "get",
  path: "/sessions/{sessionId}/messages/{seqId}/reactions",
  id: "listReactions",
  tag,
  summary: "Who reacted to a message",
  request: { params: ofMessage, query: byOf("bob") },
  answer: MsgReactionsResult,
  errors: [...OF_MESSAGE, "MESSAGE_GONE"],
});

const listReaders = operation({
  method: "get",
  path: "/sessions/{sessionId}/messages/{seqId}/readers",
  id: "listReaders",
  tag,
  summary: "Who has read a message",
  request: { params: ofMessage, query: byOf("alice") },
  answer: MsgReadersResult,
  errors: [...OF_MESSAGE, "MESSAGE_GONE"],
});

const listCursors = operation({
  method: "get",
  path: "/sessions/{sessionId}/cursors",
  id: "listCursors",
  tag,
  summary: "How far the members have received and read",
  request: { params: ofSession, query: byOf("alice") },
  answer: MsgCursorsResult,
  errors: IN_SESSION,
});

const pinMessage = operation({
  method: "put",
  path: "/sessions/{sessionId}/messages/{seqId}/pin",
  id: "pinMessage",
  tag,
  summary: "Pin a message",
  request: { params: ofMessage, query: byOf("alice") },
  answer: MsgControlResult,
  errors: [...OF_CHANGE, "LIMIT_REACHED"],
});

const unpinMessage = operation({
  method: "delete",
  path: "/sessions/{sessionId}/messages/{seqId}/pin",
  id: "unpinMessage",
  tag,
  summary: "Unpin a message",
  request: { params: ofMessage, query: byOf("alice") },
  answer: MsgControlResult,
  errors: OF_CHANGE,
});

const listPins = operation({
  method: "get",
  path: "/sessions/{sessionId}/pins",
  id: "listPins",
  tag,
  summary: "The pinned messages",
  request: { params: ofSession, query: byOf("alice") },
  answer: MsgPinsResult,
  errors: IN_SESSION,
});

/** What is done to messages that are there. */
export function sessionRoutes(deps: Deps) {
  const remove = true as const;
  return newRouter()
    .openapi(recallMessage, async (c) => {
      const frame = { type: "msg.control", packId: packIdOf(c), ...c.req.valid("param"), op: "recall" } as const;
      return c.json(await control(deps, c, { frame, ...c.req.valid("query") }), 200);
    })
    .openapi(replaceMessage, async (c) => {
      const what = { ...c.req.valid("param"), ...c.req.valid("json"), op: "override" } as const;
      const frame = { type: "msg.control", packId: packIdOf(c), ...what } as const;
      return c.json(await control(deps, c, { frame, ...c.req.valid("query") }), 200);
    })
    .openapi(deleteMessage, async (c) => {
      const frame = { type: "msg.control", packId: packIdOf(c), ...c.req.valid("param"), op: "delete" } as const;
      return c.json(await control(deps, c, { frame, ...c.req.valid("query") }), 200);
    })
    .openapi(addReaction, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "msg.react", packId: packIdOf(c), ...c.req.valid("param") }), 200);
    })
    .openapi(removeReaction, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "msg.react", packId: packIdOf(c), ...c.req.valid("param"), remove }), 200);
    })
    .openapi(listReactions, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "msg.reactions", packId: HTTP, ...c.req.valid("param") }), 200);
    })
    .openapi(listReaders, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "msg.readers", packId: HTTP, ...c.req.valid("param") }), 200);
    })
    .openapi(listCursors, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "msg.cursors", packId: HTTP, ...c.req.valid("param") }), 200);
    })
    .openapi(pinMessage, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "msg.pin", packId: packIdOf(c), ...c.req.valid("param") }), 200);
    })
    .openapi(unpinMessage, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "msg.pin", packId: packIdOf(c), ...c.req.valid("param"), remove }), 200);
    })
    .openapi(listPins, async (c) => {
      const ask = asUser(deps, c, c.req.valid("query").by);
      return c.json(await ask({ type: "msg.pins", packId: HTTP, ...c.req.valid("param") }), 200);
    });
}

type Controlled = { readonly frame: z.infer<typeof MsgControl>; readonly by?: UserId | undefined };

/** A user does what they may do; a server key moderates. */
async function control(deps: Deps, c: Context<Authenticated>, { frame, by }: Controlled) {
  const principal = c.get("principal");
  if (principal.kind === "user") return asUser(deps, c, by)(frame);
  const room = sessionRoom(principal.app, frame.sessionId);
  const verdict = frame.op === "override" ? await verdictOn(deps, principal.app, { frame, by }) : undefined;
  // SAFETY: it answers like msg.control
  return unwrap(await deps.call(room, { type: "control", by, frame, verdict })) as z.infer<typeof MsgControlResult>;
}

async function verdictOn(deps: Deps, app: AppId, { frame, by: from }: Controlled): Promise<Verdict | undefined> {
  const { type: _, sessionId, ...edit } = frame;
  const [verdict] = await verdictsOn(deps, { app, from, sessions: [sessionId], messages: [edit] });
  return verdict;
}
