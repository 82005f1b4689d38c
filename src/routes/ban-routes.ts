import { z } from "zod";
import { mailboxRoom } from "../kernel/room-name.ts";
import { Done } from "../protocol/frames/done.ts";
import { Profile, UserUpdate } from "../protocol/frames/user.ts";
import { UserId } from "../protocol/ids.ts";
import { MAX_USERS_AT_ONCE } from "../protocol/limits.ts";
import { Ban } from "../protocol/rpc/mailbox-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { asUser, userLike } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { actorOf, type Principal } from "./principal.ts";
import { newRouter } from "./router.ts";

const ofUser = z.object({ userId: UserId });
const given = { tag: "Users", access: "server" } as const;

const importUsers = operation({
  ...given,
  method: "post",
  path: "/users/batch",
  id: "importUsers",
  summary: "Create or change up to 100 users",
  description:
    "A user exists without being created; this is for those who come with a profile. What is not given stays, so it may be repeated.",
  request: {
    body: z.object({
      users: z
        .array(z.object({ userId: userLike("alice"), ...UserUpdate.shape.profile.shape }))
        .min(1)
        .max(MAX_USERS_AT_ONCE),
    }),
  },
  example: {
    users: [
      { userId: "alice", name: "Alice" },
      { userId: "bob", name: "Bob" },
    ],
  },
  answer: z.object({ users: z.array(Profile) }),
});

const banUser = operation({
  ...given,
  method: "put",
  path: "/users/{userId}/ban",
  id: "banUser",
  summary: "Keep a user out",
  description:
    "Their connections end and their tokens count no longer, until the ban ends or is lifted. Others may still write to them, and your servers in their name.",
  request: { params: ofUser, body: Ban },
  example: { reason: "spam", until: 4_000_000_000_000 },
  answer: Done,
});

const readBan = operation({
  ...given,
  method: "get",
  path: "/users/{userId}/ban",
  id: "readBan",
  summary: "Whether a user is banned",
  request: { params: ofUser },
  answer: z.object({ ban: Ban.nullable() }),
  answerExample: { ban: { reason: "spam", until: 4_000_000_000_000 } },
});

const unbanUser = operation({
  ...given,
  method: "delete",
  path: "/users/{userId}/ban",
  id: "unbanUser",
  summary: "Let a banned user in again",
  request: { params: ofUser },
  answer: Done,
});

/** Users as an administrator sees them. */
export function banRoutes(deps: Deps) {
  return newRouter()
    .openapi(importUsers, async (c) => {
      const { users } = c.req.valid("json");
      const changed = users.map(({ userId, ...profile }) =>
        asUser(deps, c, userId)({ type: "user.update", packId: HTTP, profile }),
      );
      return c.json({ users: await Promise.all(changed) }, 200);
    })
    .openapi(banUser, async (c) => {
      await setBan(deps, c.get("principal"), { userId: c.req.valid("param").userId, ban: c.req.valid("json") });
      return c.json({}, 200);
    })
    .openapi(readBan, async (c) => {
      const room = mailboxRoom(c.get("principal").app, c.req.valid("param").userId);
      return c.json({ ban: unwrap(await deps.call(room, { type: "standing" })) as Ban | null }, 200); // SAFETY: what standing answers with
    })
    .openapi(unbanUser, async (c) => {
      await setBan(deps, c.get("principal"), { userId: c.req.valid("param").userId, ban: null });
      return c.json({}, 200);
    });
}

async function setBan(
  deps: Deps,
  principal: Principal,
  { userId, ban }: { userId: UserId; ban: Ban | null },
): Promise<void> {
  unwrap(await deps.call(mailboxRoom(principal.app, userId), { type: "ban", ban, by: actorOf(principal) }));
}
