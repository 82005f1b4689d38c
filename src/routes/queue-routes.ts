import type { Context } from "hono";
import { z } from "zod";
import { lettersRoom } from "../kernel/room-name.ts";
import { type LettersCall, LettersMoved, LettersPage } from "../protocol/rpc/letters-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { QueueName } from "../protocol/rpc/queue-job.ts";
import { QUEUES } from "../queues/queue-plan.ts";
import { requireServer } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { once } from "./idempotency.ts";
import { operation } from "./operation.ts";
import { actorOf, type Principal } from "./principal.ts";
import { type Authenticated, count, newRouter } from "./router.ts";

const MAX_PAGE = 100;
/** Letters of one retry or drop. */
const MAX_MOVED = 1_000;

const ofQueue = z.object({ queue: z.enum(QUEUES).meta({ example: "archive" }) });
const Which = z.object({
  /** Without them: the oldest 1 000. */
  ids: z.array(z.int().min(1)).min(1).max(MAX_MOVED).optional(),
});

const given = { tag: "Operations", access: "server", request: { params: ofQueue } } as const;

const listDeadLetters = operation({
  ...given,
  method: "get",
  path: "/queues/{queue}/dead",
  id: "listDeadLetters",
  summary: "Jobs of a queue that no attempt brought to an end",
  description: "The app's own, the oldest first. The next page is `after` the last id.",
  request: {
    params: ofQueue,
    query: z.object({ after: count(0).default(0), limit: count(1, MAX_PAGE).default(MAX_PAGE) }),
  },
  answer: LettersPage,
  answerExample: {
    letters: [
      { id: 1, job: { app: "main", sessionId: "SC_alice_bob" }, reason: "the consumer failed", at: 1_790_000_000_000 },
    ],
    total: 1,
    more: false,
  },
});

const moving = {
  ...given,
  method: "post",
  request: { params: ofQueue, body: Which },
  example: { ids: [1, 2] },
  answer: LettersMoved,
  answerExample: { letters: 2 },
} as const;

const retryDeadLetters = operation({
  ...moving,
  path: "/queues/{queue}/dead/retry",
  id: "retryDeadLetters",
  summary: "Put dead letters back into their queue",
  description: "Answers with how many there were; ids that are not there any more are left out.",
});

const dropDeadLetters = operation({
  ...moving,
  path: "/queues/{queue}/dead/drop",
  id: "dropDeadLetters",
  summary: "Forget dead letters",
});

/** Dead letters of the app's queues. */
export function queueRoutes(deps: Deps) {
  return newRouter()
    .openapi(listDeadLetters, async (c) => {
      const call = { type: "letters.list", ...c.req.valid("query") } as const;
      const page = await askLetters(deps, c.get("principal"), { queue: c.req.valid("param").queue, call });
      return c.json(page as LettersPage, 200); // SAFETY: what `letters.list` answers with
    })
    .openapi(retryDeadLetters, async (c) => {
      const [{ queue }, asked] = [c.req.valid("param"), c.req.valid("json")];
      const call = { type: "letters.retry", ids: asked.ids, by: actorOf(c.get("principal")) } as const;
      return c.json(
        await move(deps, c, { asked, work: () => askLetters(deps, c.get("principal"), { queue, call }) }),
        200,
      );
    })
    .openapi(dropDeadLetters, async (c) => {
      const [{ queue }, asked] = [c.req.valid("param"), c.req.valid("json")];
      const call = { type: "letters.drop", ids: asked.ids, by: actorOf(c.get("principal")) } as const;
      return c.json(
        await move(deps, c, { asked, work: () => askLetters(deps, c.get("principal"), { queue, call }) }),
        200,
      );
    });
}

async function askLetters(deps: Deps, principal: Principal, { queue, call }: { queue: QueueName; call: LettersCall }) {
  requireServer(principal);
  return unwrap(await deps.call(lettersRoom(principal.app, queue), call));
}

/** It is about no user, so the answer is remembered by the mailbox of the one in whose name the app itself speaks. */
async function move(
  deps: Deps,
  c: Context<Authenticated>,
  { asked, work }: { asked: object; work: () => Promise<unknown> },
): Promise<LettersMoved> {
  requireServer(c.get("principal"));
  // SAFETY: what both calls answer with
  return once(deps, c, { about: deps.config.noticeSender, asked, work: work as () => Promise<LettersMoved> });
}
