import { z } from "zod";
import { allowedContent } from "../kernel/allowed-content.ts";
import { jobRoom } from "../kernel/room-name.ts";
import { contentFault } from "../protocol/content.ts";
import { Content, ContentType } from "../protocol/content-type.ts";
import { ParleyError } from "../protocol/errors.ts";
import { MsgSend } from "../protocol/frames/message.ts";
import { JobId, PackId, UserId } from "../protocol/ids.ts";
import { jobIdOf } from "../protocol/job-id.ts";
import { MessageOptions } from "../protocol/message-parts.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { noticeSessionId } from "../protocol/session-id.ts";
import { requireServer } from "./acting.ts";
import { policyOf } from "./app-policy.ts";
import { Audience, FOR_EVERYBODY } from "./audience.ts";
import { EXAMPLE_JOB } from "./components.ts";
import type { Deps } from "./deps.ts";
import { idempotencyKeyOf } from "./idempotency.ts";
import { verdictsOn } from "./judging.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const { priority, uncounted, push } = MessageOptions.shape;

const NoticeBody = z.object({
  /** Required unless the request has an `Idempotency-Key`. */
  packId: PackId.optional(),
  users: Audience,
  /** In whose name; unless given, the deployment's `PARLEY_NOTICE_SENDER`. */
  from: UserId.optional(),
  contentType: ContentType.default(1),
  content: Content,
  ttlMs: MsgSend.shape.ttlMs,
  priority,
  uncounted,
  push,
});

const sendNotice = operation({
  method: "post",
  path: "/notices",
  id: "sendNotice",
  tag: "Notices",
  summary: "Send a business notice to many users",
  description: `Starts a job, which is durable when this is answered: each user gets the message in their session \`BM_<app>_<user>\` once. The same \`packId\` (or \`Idempotency-Key\`) is the same job.
${FOR_EVERYBODY}`,
  access: "server",
  status: 202,
  request: { body: NoticeBody },
  example: { packId: "notice-1", users: ["alice", "bob"], content: "Your parcel has arrived." },
  answer: z.object({ jobId: JobId }),
  answerExample: { jobId: EXAMPLE_JOB },
  errors: ["TOO_SHORT", "SENSITIVE_WORD", "PACK_CONFLICT", "HOOK_REJECTED", "HOOK_UNANSWERED"],
});

/** Business notices: a job, also for a single user, so that there is one way to send them. */
export function noticeRoutes(deps: Deps) {
  return newRouter().openapi(sendNotice, async (c) => {
    const principal = c.get("principal");
    requireServer(principal);
    const { packId = idempotencyKeyOf(c), users, from, ...message } = c.req.valid("json");
    if (packId === undefined) throw new ParleyError("BAD_PARAMETER", "packId: or an Idempotency-Key");
    const fault = contentFault(message.content);
    if (fault !== undefined) throw new ParleyError(fault);
    // Once here, instead of once for every user; what it makes of the words is each session's.
    const { words } = await policyOf(deps, principal.app);
    allowedContent(message.contentType, message.content, words);
    const jobId = jobIdOf(principal.app, packId);
    const sender = from ?? deps.config.noticeSender;
    const job = { kind: "notice", sender, message } as const;
    const { app } = principal;
    const [to, everybody] = users === "all" ? [[sender], true] : [users, false];
    const sessions = to.map((userId) => noticeSessionId(app, userId));
    const said = { app, from: sender, sessions, everybody, messages: [{ packId, ...message }] };
    const [verdict] = await verdictsOn(deps, said);
    unwrap(await deps.call(jobRoom(app, jobId), { type: "start", job, targets: users, verdict }));
    return c.json({ jobId }, 202, { Location: `/v1/jobs/${jobId}` });
  });
}
