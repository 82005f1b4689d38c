import { z } from "zod";
import { MonitorResult, MonitorSyncResult } from "../protocol/frames/monitor.ts";
import { SessionId, UserId } from "../protocol/ids.ts";
import { asUser } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { HTTP, packIdOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const ofUser = z.object({ userId: UserId });
const ofSession = z.object({ userId: UserId, sessionId: SessionId });
const given = { tag: "Observers", errors: ["LIMIT_REACHED"] } as const;

const observeSession = operation({
  ...given,
  method: "put",
  path: "/users/{userId}/observed/{sessionId}",
  id: "observeSession",
  summary: "Follow a session without being a member",
  description:
    "The user's connections whose token has the scope `observe` get what is said in it, from `seqId` on. Needs such a token, and ends with it; what a server key begins lasts until it is stopped. It is written down in the session's audit. Doing it again answers the same.",
  request: { params: ofSession },
  answer: MonitorResult,
  answerExample: { seqId: 17 },
  errors: ["LIMIT_REACHED", "NO_SUCH_GROUP"],
});

const stopObserving = operation({
  ...given,
  method: "delete",
  path: "/users/{userId}/observed/{sessionId}",
  id: "stopObserving",
  summary: "Follow a session no longer",
  request: { params: ofSession },
  answer: MonitorResult,
  answerExample: { seqId: 23 },
});

const listObserved = operation({
  ...given,
  method: "get",
  path: "/users/{userId}/observed",
  id: "listObserved",
  summary: "What a user follows without being a member",
  description: "With the position that each has reached, so that a device knows what to pull.",
  request: { params: ofUser },
  answer: MonitorSyncResult,
  answerExample: { sessions: [{ sessionId: "SC_alice_bob", sinceSeqId: 17, lastSeqId: 21 }] },
});

/** Observers. */
export function observerRoutes(deps: Deps) {
  return newRouter()
    .openapi(observeSession, async (c) => {
      const { userId, sessionId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "monitor.start", packId: packIdOf(c), sessionId }), 200);
    })
    .openapi(stopObserving, async (c) => {
      const { userId, sessionId } = c.req.valid("param");
      return c.json(await asUser(deps, c, userId)({ type: "monitor.stop", packId: packIdOf(c), sessionId }), 200);
    })
    .openapi(listObserved, async (c) => {
      const ask = asUser(deps, c, c.req.valid("param").userId);
      return c.json(await ask({ type: "monitor.sync", packId: HTTP }), 200);
    });
}
