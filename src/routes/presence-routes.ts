import { z } from "zod";
import { mailboxRoom } from "../kernel/room-name.ts";
import { Presence } from "../protocol/frames/device.ts";
import { UserId } from "../protocol/ids.ts";
import { MAX_USERS_AT_ONCE } from "../protocol/limits.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { asUser } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const readPresence = operation({
  method: "post",
  path: "/presence",
  id: "readPresence",
  tag: "Users",
  reads: true,
  summary: "Who of up to 100 users is online",
  description:
    "With a server key every user, in the order asked for; with a token those who have the user as a friend. Nobody is followed by this.",
  request: { body: z.object({ userIds: z.array(UserId).min(1).max(MAX_USERS_AT_ONCE) }) },
  example: { userIds: ["alice", "bob"] },
  answer: z.object({ presences: z.array(Presence) }),
  answerExample: { presences: [{ userId: "alice", online: true, lastSeenAt: 1_790_000_000_000 }] },
});

/** Presence, asked for once. */
export function presenceRoutes(deps: Deps) {
  return newRouter().openapi(readPresence, async (c) => {
    const principal = c.get("principal");
    const { userIds } = c.req.valid("json");
    if (principal.kind === "user")
      return c.json(await asUser(deps, c, undefined)({ type: "presence.subscribe", packId: HTTP, userIds }), 200);
    const call = { type: "lookPresence" } as const;
    const outcomes = await Promise.all(userIds.map((userId) => deps.call(mailboxRoom(principal.app, userId), call)));
    // SAFETY: what the call answers with
    return c.json({ presences: outcomes.map((outcome) => unwrap(outcome) as Presence) }, 200);
  });
}
