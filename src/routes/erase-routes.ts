import { z } from "zod";
import { jobRoom } from "../kernel/room-name.ts";
import { type AppId, JobId, type SessionId, UserId } from "../protocol/ids.ts";
import { erasureIdOf } from "../protocol/job-id.ts";
import { MAX_SYNC_LIMIT } from "../protocol/limits.ts";
import type { SessionsPage } from "../protocol/rpc/archive-call.ts";
import { ERASED_USER } from "../protocol/rpc/job-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { type Ask, lookAs, requireServer } from "./acting.ts";
import { EXAMPLE_JOB } from "./components.ts";
import type { Deps } from "./deps.ts";
import { HTTP, packIdOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { actorOf } from "./principal.ts";
import { newRouter } from "./router.ts";

const eraseUser = operation({
  method: "post",
  path: "/users/{userId}/erase",
  id: "eraseUser",
  tag: "Users",
  summary: "Erase a user",
  description:
    "Starts a job, which is durable when this is answered: profile, relations, devices, push registrations and lists go, tokens count no longer, and what the user wrote loses its content everywhere; places in logs and counts of others stay. Their groups are left, and go to others where they own them. Whoever comes back under the id begins anew.",
  access: "server",
  status: 202,
  request: { params: z.object({ userId: UserId }) },
  answer: z.object({ jobId: JobId }),
  answerExample: { jobId: EXAMPLE_JOB },
});

/** What the right to be forgotten asks for. */
export function eraseRoutes(deps: Deps) {
  return newRouter().openapi(eraseUser, async (c) => {
    const principal = c.get("principal");
    requireServer(principal);
    const { app } = principal;
    const { userId } = c.req.valid("param");
    const jobId = erasureIdOf(app, userId, packIdOf(c));
    const room = jobRoom(app, jobId);
    // Once it has begun, the user's sessions are not to be found any more.
    const known = await deps.call(room, { type: "progress" });
    if (!known.ok && known.error !== "NO_SUCH_JOB") unwrap(known);
    if (!known.ok) {
      const targets = [ERASED_USER, ...(await sessionsOf(deps, { app, userId }, lookAs(deps, principal, userId)))];
      const job = { kind: "erase", userId, atMs: deps.clock.nowMs(), by: actorOf(principal) } as const;
      unwrap(await deps.call(room, { type: "start", job, targets }));
    }
    return c.json({ jobId }, 202, { Location: `/v1/jobs/${jobId}` });
  });
}

/** Those that the user has, and those in which somebody sent in their name. */
async function sessionsOf(
  deps: Deps,
  { app, userId }: { readonly app: AppId; readonly userId: UserId },
  ask: Ask,
): Promise<SessionId[]> {
  const found: SessionId[] = [];
  for (let since = 0, more = true; more; ) {
    const page = await ask({ type: "sync.sessions", packId: HTTP, since, limit: MAX_SYNC_LIMIT });
    found.push(...page.sessions.map(({ sessionId }) => sessionId as SessionId)); // SAFETY: the mailbox keeps no other ids
    ({ version: since, more } = page);
  }
  if (deps.config.archive === undefined) return found;
  let cursor: string | undefined;
  do {
    const page: SessionsPage = unwrap(await deps.archive({ type: "authored", app, userId, cursor })) as SessionsPage; // SAFETY: what it answers with
    found.push(...page.sessionIds);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
