import type { Context } from "hono";
import { z } from "zod";
import { mailboxRoom, sessionRoom } from "../kernel/room-name.ts";
import { Done } from "../protocol/frames/done.ts";
import {
  BlockListResult,
  FriendAdd,
  FriendAnswer,
  FriendRemark,
  FriendSyncResult,
  Relation,
} from "../protocol/frames/friend.ts";
import { UserId } from "../protocol/ids.ts";
import { MAX_PAGE_LIMIT } from "../protocol/limits.ts";
import type { RelateCall, RelateResult } from "../protocol/rpc/mailbox-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { singleSessionId } from "../protocol/session-id.ts";
import { asUser, userLike } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { type Authenticated, count, newRouter } from "./router.ts";

const ofUser = z.object({ userId: UserId });
const ofFriend = z.object({ userId: UserId, otherId: userLike("bob") });
const ofAsker = z.object({ userId: UserId, otherId: userLike("erin") });
const tag = "Friends";
const ERRORS = ["LIMIT_REACHED"] as const;

const listFriends = operation({
  method: "get",
  path: "/users/{userId}/friends",
  id: "listFriends",
  tag,
  summary: "Friends, requests and blocks of a user",
  description: "Those that changed after version `since`; pass the answer's `version` for the next page, or later.",
  request: {
    params: ofUser,
    query: z.object({ since: count(0).optional(), limit: count(1, MAX_PAGE_LIMIT).optional() }),
  },
  answer: FriendSyncResult,
});

const addFriend = operation({
  method: "put",
  path: "/users/{userId}/friends/{otherId}",
  id: "addFriend",
  tag,
  summary: "Make a friend, or ask them",
  description:
    "A server key makes both friends at once. A user asks, unless the deployment lets users be added directly.",
  request: { params: ofFriend, body: FriendAdd.pick({ greeting: true, remark: true }) },
  example: { remark: "Bobby" },
  answer: Relation,
  answerExample: { userId: "bob", state: "friend", remark: "Bobby", updatedAt: 1_790_000_000_000 },
  errors: [...ERRORS, "BLOCKED"],
});

const removeFriend = operation({
  method: "delete",
  path: "/users/{userId}/friends/{otherId}",
  id: "removeFriend",
  tag,
  summary: "End a friendship, for both",
  request: { params: ofFriend },
  answer: Done,
  errors: ERRORS,
});

const answerFriend = operation({
  method: "put",
  path: "/users/{userId}/friends/{otherId}/answer",
  id: "answerFriend",
  tag,
  summary: "Answer somebody who asked to be a friend",
  request: { params: ofAsker, body: FriendAnswer.pick({ accept: true, remark: true }) },
  example: { accept: true },
  answer: Relation,
  errors: [...ERRORS, "NO_SUCH_REQUEST"],
});

const setRemark = operation({
  method: "put",
  path: "/users/{userId}/friends/{otherId}/remark",
  id: "setRemark",
  tag,
  summary: "Set what a user calls another",
  description: "An empty one takes it away.",
  request: { params: ofFriend, body: FriendRemark.pick({ remark: true }) },
  example: { remark: "Bob from work" },
  answer: Done,
  errors: ERRORS,
});

const listBlocks = operation({
  method: "get",
  path: "/users/{userId}/blocks",
  id: "listBlocks",
  tag,
  summary: "Whom a user blocks",
  request: { params: ofUser },
  answer: BlockListResult,
});

const addBlock = operation({
  method: "put",
  path: "/users/{userId}/blocks/{otherId}",
  id: "addBlock",
  tag,
  summary: "Block a user",
  description: "From the answer on, no message of theirs arrives in the single chat.",
  request: { params: ofFriend },
  answer: Done,
  errors: ERRORS,
});

const removeBlock = operation({
  method: "delete",
  path: "/users/{userId}/blocks/{otherId}",
  id: "removeBlock",
  tag,
  summary: "Unblock a user",
  request: { params: ofFriend },
  answer: Done,
  errors: ERRORS,
});

/** How users stand to each other. */
export function friendRoutes(deps: Deps) {
  return newRouter()
    .openapi(listFriends, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      const { since = 0, limit } = c.req.valid("query");
      return c.json(await ask({ type: "friend.sync", packId: HTTP, since, limit }), 200);
    })
    .openapi(addFriend, async (c) => {
      const { userId, otherId } = c.req.valid("param");
      const { greeting, remark } = c.req.valid("json");
      if (c.get("principal").kind === "server")
        return c.json(
          await relate(deps, c, { userId, call: { type: "relate", op: "add", userId: otherId, remark } }),
          200,
        );
      const frame = { type: "friend.add", packId: HTTP, userId: otherId, greeting, remark } as const;
      return c.json(await asUser(deps, c, userId)(frame), 200);
    })
    .openapi(removeFriend, async (c) => {
      const { userId, otherId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "friend.remove", packId: HTTP, userId: otherId }), 200);
    })
    .openapi(answerFriend, async (c) => {
      const { userId, otherId } = c.req.valid("param");
      const frame = { type: "friend.answer", packId: HTTP, userId: otherId, ...c.req.valid("json") } as const;
      return c.json(await asUser(deps, c, userId)(frame), 200);
    })
    .openapi(setRemark, async (c) => {
      const { userId, otherId } = c.req.valid("param");
      const frame = { type: "friend.remark", packId: HTTP, userId: otherId, ...c.req.valid("json") } as const;
      return c.json(await asUser(deps, c, userId)(frame), 200);
    })
    .openapi(listBlocks, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "block.list", packId: HTTP }), 200);
    })
    .openapi(addBlock, async (c) => {
      const { userId, otherId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "block.add", packId: HTTP, userId: otherId }), 200);
    })
    .openapi(removeBlock, async (c) => {
      const { userId, otherId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "block.remove", packId: HTTP, userId: otherId }), 200);
    });
}

/** Without consent; done when the session and the other mailbox know of it. */
async function relate(
  deps: Deps,
  c: Context<Authenticated>,
  of: { userId: UserId; call: RelateCall },
): Promise<Relation> {
  const { app } = c.get("principal");
  const outcome = await deps.call(mailboxRoom(app, of.userId), of.call);
  const { relation, toSession, toOther } = unwrap(outcome) as RelateResult; // SAFETY: what `relate` answers with
  const other = of.call.userId;
  const heard = await Promise.all([
    deps.call(sessionRoom(app, singleSessionId(of.userId, other)), toSession),
    deps.call(mailboxRoom(app, other), toOther),
  ]);
  for (const one of heard) unwrap(one);
  return relation;
}
