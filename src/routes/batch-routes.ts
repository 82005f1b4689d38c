import { z } from "zod";
import { mailboxRoom, sessionRoom } from "../kernel/room-name.ts";
import { SyncCommandFrame } from "../protocol/down.ts";
import { ParleyError } from "../protocol/errors.ts";
import { Done } from "../protocol/frames/done.ts";
import { MsgSendResult, MsgSignal } from "../protocol/frames/message.ts";
import { type AppId, type PackId, type SessionId, UserId } from "../protocol/ids.ts";
import { MAX_PACK_ID_LENGTH } from "../protocol/limits.ts";
import { failed, type Outcome, unwrap } from "../protocol/rpc/outcome.ts";
import type { AppendItem, AppendResult } from "../protocol/rpc/session-call.ts";
import { asUser, requireServer, userLike } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { idempotencyKeyOf, once, packIdOf } from "./idempotency.ts";
import { judged } from "./judging.ts";
import { itemOf, SendBody } from "./message-routes.ts";
import { operation } from "./operation.ts";
import type { Principal } from "./principal.ts";
import { Problem, problemBody } from "./problem.ts";
import { newRouter } from "./router.ts";

/** Messages of one batch. */
const MAX_BATCH = 500;
/** Users that one sync command goes to. */
const MAX_TOLD = 1_000;

const Sent = z.object({
  /** What the status would be, had it been sent alone. */
  status: z.int(),
  sent: MsgSendResult.optional(),
  problem: Problem.optional(),
});

const sendMessages = operation({
  method: "post",
  path: "/messages/batch",
  id: "sendMessages",
  tag: "Messages",
  summary: "Send up to 500 messages, to one session or many",
  description:
    "Each has a result of its own, in the order given; messages of one sender to one session keep their order. Without a `packId` a message's is the `Idempotency-Key` and its position.",
  access: "server",
  request: { body: z.object({ messages: z.array(SendBody).min(1).max(MAX_BATCH) }) },
  example: {
    messages: [
      { packId: "batch-1", from: "alice", to: "bob", content: "One" },
      {
        packId: "batch-2",
        from: "alice",
        to: "carol",
        content: { url: "https://example.org/cat.png" },
        contentType: 2,
      },
    ],
  },
  answer: z.object({ results: z.array(Sent) }),
});

const sendSignal = operation({
  method: "post",
  path: "/signals",
  id: "sendSignal",
  tag: "Messages",
  summary: "Tell a session something that nobody keeps",
  description: "Whoever is online gets it. It has no `seqId` and is not stored.",
  request: {
    body: z.object({
      from: UserId.optional(),
      ...MsgSignal.pick({ sessionId: true, contentType: true, content: true }).shape,
    }),
  },
  example: { from: "alice", sessionId: "SC_alice_bob", contentType: 100, content: { dice: 6 } },
  answer: Done,
  errors: [
    "NOT_IN_GROUP",
    "NO_SUCH_GROUP",
    "MUTED",
    "BLOCKED",
    "NOT_FRIENDS",
    "TOO_LONG",
    "TOO_SHORT",
    "SENSITIVE_WORD",
  ],
});

const SyncBody = z.object({
  userIds: z.array(userLike("bob")).min(1).max(MAX_TOLD),
  what: SyncCommandFrame.shape.what,
  id: z.string().max(MAX_PACK_ID_LENGTH).optional(),
});

const sendSyncCommands = operation({
  method: "post",
  path: "/sync-commands",
  id: "sendSyncCommands",
  tag: "Users",
  summary: "Tell clients of up to 1 000 users to fetch something again",
  description:
    "`id` names the group or user that it is about. `failed`: whose room could not be reached; ask again for these.",
  access: "server",
  request: { body: SyncBody },
  example: { userIds: ["alice", "bob"], what: "profile", id: "carol" },
  answer: z.object({ told: z.int(), failed: z.array(UserId) }),
});

/** What goes to many at once, and what is gone when it was told. */
export function batchRoutes(deps: Deps) {
  return newRouter()
    .openapi(sendMessages, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const { messages } = c.req.valid("json");
      return c.json({ results: await sendAll(deps, principal, { messages, key: idempotencyKeyOf(c) }) }, 200);
    })
    .openapi(sendSignal, async (c) => {
      const { from, ...signal } = c.req.valid("json");
      return c.json(await asUser(deps, c, from)({ type: "msg.signal", packId: packIdOf(c), ...signal }), 200);
    })
    .openapi(sendSyncCommands, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const asked = c.req.valid("json");
      const [about] = asked.userIds;
      if (about === undefined) throw new ParleyError("BAD_PARAMETER", "userIds");
      const work = () => tellAll(deps, principal.app, asked);
      return c.json(await once(deps, c, { about, asked, work }), 200);
    });
}

async function tellAll(deps: Deps, app: AppId, { userIds, what, id }: z.infer<typeof SyncBody>) {
  const frame: SyncCommandFrame = { type: "sync.command", what, ...(id === undefined ? {} : { id }) };
  const users = [...new Set(userIds)];
  const outcomes = await Promise.all(
    users.map((userId) => deps.call(mailboxRoom(app, userId), { type: "signal", frame })),
  );
  const missed = users.filter((_, index) => outcomes[index]?.ok !== true);
  return { told: users.length - missed.length, failed: missed };
}

interface Batch {
  readonly messages: readonly SendBody[];
  readonly key: PackId | undefined;
}

/** The messages of one sender to one session, with their places in the batch. */
interface Lane {
  readonly sender: UserId;
  readonly sessionId: SessionId;
  readonly items: AppendItem[];
  readonly places: number[];
}

async function sendAll(deps: Deps, principal: Principal, { messages, key }: Batch): Promise<z.infer<typeof Sent>[]> {
  const results: z.infer<typeof Sent>[] = [];
  const lanes = new Map<string, Lane>();
  for (const [place, message] of messages.entries()) {
    try {
      const { item, sender, sessionId } = itemOf(principal, message, keyAt(key, place));
      const name = JSON.stringify([sender, sessionId]);
      const lane = lanes.get(name) ?? { sender, sessionId, items: [], places: [] };
      lanes.set(name, lane);
      lane.items.push(item);
      lane.places.push(place);
    } catch (thrown) {
      results[place] = sentOf(failed(thrown));
    }
  }
  await Promise.all(
    [...lanes.values()].map(async ({ sender, sessionId, items, places }) => {
      const outcome = await deps.call(sessionRoom(principal.app, sessionId), {
        type: "append",
        sender,
        items: await judged(deps, { app: principal.app, sender, sessionId }, items),
        by: "server",
      });
      const outcomes = outcome.ok ? (unwrap(outcome) as AppendResult) : items.map(() => outcome); // SAFETY: append answers with one result per item
      for (const [index, place] of places.entries()) results[place] = sentOf(outcomes[index] ?? failed(undefined));
    }),
  );
  return results;
}

function keyAt(key: PackId | undefined, place: number): PackId | undefined {
  if (key === undefined) return undefined;
  const text = `${key.slice(0, MAX_PACK_ID_LENGTH - 4)}.${place}`;
  return text as PackId; // SAFETY: printable, and at most as long as a key
}

function sentOf(outcome: Outcome): z.infer<typeof Sent> {
  if (outcome.ok) return { status: 200, sent: outcome.value as MsgSendResult }; // SAFETY: what append answers with
  const problem = problemBody(outcome.error, outcome.message);
  return { status: problem.status, problem };
}
