import { z } from "zod";
import { allowedContent } from "../kernel/allowed-content.ts";
import { jobRoom } from "../kernel/room-name.ts";
import { contentFault } from "../protocol/content.ts";
import { Content, ContentType } from "../protocol/content-type.ts";
import { ParleyError } from "../protocol/errors.ts";
import { MsgSend } from "../protocol/frames/message.ts";
import { JobId, PackId, SessionId, UserId } from "../protocol/ids.ts";
import { jobIdOf } from "../protocol/job-id.ts";
import { MAX_BROADCAST_SESSIONS } from "../protocol/limits.ts";
import { MessageOptions } from "../protocol/message-parts.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { singleSessionId } from "../protocol/session-id.ts";
import { requireServer } from "./acting.ts";
import { policyOf } from "./app-policy.ts";
import { FOR_EVERYBODY } from "./audience.ts";
import { EXAMPLE_JOB } from "./components.ts";
import type { Deps } from "./deps.ts";
import { idempotencyKeyOf } from "./idempotency.ts";
import { verdictsOn } from "./judging.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

/** What is about another message of one session would be nonsense in the others. */
const { replyTo: _, forwarded: __, mentions: ___, ...options } = MessageOptions.shape;

const BroadcastBody = z
  .object({
    /** Required unless the request has an `Idempotency-Key`. */
    packId: PackId.optional(),
    from: UserId,
    sessions: z.array(SessionId).max(MAX_BROADCAST_SESSIONS).default([]),
    /** Each in their single chat with the sender. */
    users: z.union([z.array(UserId).max(MAX_BROADCAST_SESSIONS), z.literal("all")]).default([]),
    contentType: ContentType.default(1),
    content: Content,
    ttlMs: MsgSend.shape.ttlMs,
    ...options,
  })
  .refine(({ sessions, users }) => {
    if (users === "all") return sessions.length === 0;
    const targets = sessions.length + users.length;
    return targets > 0 && targets <= MAX_BROADCAST_SESSIONS;
  }, `give 1 to ${MAX_BROADCAST_SESSIONS} sessions and users, or all users and no sessions`);

const startBroadcast = operation({
  method: "post",
  path: "/jobs/broadcast",
  id: "startBroadcast",
  tag: "Jobs",
  summary: "Send a message to many sessions",
  description: `Starts a job, which is durable when this is answered, whatever \`Prefer\` says: each session gets the message once. The same \`packId\` (or \`Idempotency-Key\`) is the same job. A session in which the sender may not write counts as failed. For more than 10 000 start several.
${FOR_EVERYBODY} Each but the sender is reached in their single chat with the sender.`,
  access: "server",
  status: 202,
  request: { body: BroadcastBody },
  example: {
    packId: "broadcast-1",
    from: "alice",
    sessions: ["SC_alice_bob"],
    users: ["carol"],
    content: "We move on Monday.",
  },
  answer: z.object({ jobId: JobId }),
  answerExample: { jobId: EXAMPLE_JOB },
  errors: ["TOO_SHORT", "SENSITIVE_WORD", "PACK_CONFLICT", "HOOK_REJECTED", "HOOK_UNANSWERED"],
});

/** One message to many sessions. */
export function broadcastRoutes(deps: Deps) {
  return newRouter().openapi(startBroadcast, async (c) => {
    const principal = c.get("principal");
    requireServer(principal);
    const { packId = idempotencyKeyOf(c), sessions, users, from: sender, ...message } = c.req.valid("json");
    if (packId === undefined) throw new ParleyError("BAD_PARAMETER", "packId: or an Idempotency-Key");
    const fault = contentFault(message.content);
    if (fault !== undefined) throw new ParleyError(fault);
    // Once here, instead of once for every session; what it makes of the words is each session's.
    const { words } = await policyOf(deps, principal.app);
    allowedContent(message.contentType, message.content, words);
    const jobId = jobIdOf(principal.app, packId);
    const everybody = users === "all";
    const targets = everybody
      ? ("all" as const)
      : [...sessions, ...users.map((userId) => singleSessionId(sender, userId))];
    const job = { kind: "broadcast", sender, message } as const;
    const where = { sessions: targets === "all" ? [singleSessionId(sender, sender)] : targets, everybody };
    const said = { app: principal.app, from: sender, ...where, messages: [{ packId, ...message }] };
    const [verdict] = await verdictsOn(deps, said);
    unwrap(await deps.call(jobRoom(principal.app, jobId), { type: "start", job, targets, verdict }));
    const headers = { Location: `/v1/jobs/${jobId}`, "Preference-Applied": "respond-async" };
    return c.json({ jobId }, 202, headers);
  });
}
