import { z } from "zod";
import { assertNever } from "../kernel/assert.ts";
import { sessionRoom } from "../kernel/room-name.ts";
import { spanOf } from "../protocol/amend.ts";
import type { Entry } from "../protocol/entry.ts";
import { PackId, SessionId, UserId } from "../protocol/ids.ts";
import { DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT } from "../protocol/limits.ts";
import { Gone } from "../protocol/message-parts.ts";
import { ObserverAuditResult } from "../protocol/rpc/observation.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { requireServer } from "./acting.ts";
import type { Deps } from "./deps.ts";
import { operation } from "./operation.ts";
import { count, newRouter } from "./router.ts";
import { readSession } from "./session-history.ts";

/** Who did what to which entry, and when. Never what was said. */
const AuditRecord = z.object({
  /** Its place in the log. */
  seqId: z.int(),
  /** ms since 1970 */
  at: z.int(),
  by: UserId,
  packId: PackId,
  /** `sent`; of what is done to a message its `op`; of a group's notice its `event`. */
  action: z.string(),
  /** seqId of the message that it was done to, or of the last of many. */
  target: z.int().optional(),
  /** The members that it is about. */
  users: z.array(UserId).optional(),
  /** What became of the message since. */
  gone: Gone.optional(),
});
type AuditRecord = z.infer<typeof AuditRecord>;

const given = {
  method: "get",
  tag: "Sessions",
  access: "server",
  scope: "audit:read",
  request: {
    params: z.object({ sessionId: SessionId }),
    query: z.object({
      after: count(0).default(0),
      limit: count(1, MAX_HISTORY_LIMIT).default(DEFAULT_HISTORY_LIMIT),
    }),
  },
  errors: ["NO_SUCH_GROUP", "HISTORY_FORBIDDEN"],
} as const;

const readSessionAudit = operation({
  ...given,
  path: "/sessions/{sessionId}/audit",
  id: "readSessionAudit",
  summary: "Who did what to which entry of a session, and when",
  description: "From the log itself, the oldest first, without content. The next page is `after` the last seqId.",
  answer: z.object({ records: z.array(AuditRecord), more: z.boolean() }),
  answerExample: {
    records: [
      { seqId: 1, at: 1_790_000_000_000, by: "alice", packId: "hello-1", action: "sent" },
      { seqId: 2, at: 1_790_000_005_000, by: "alice", packId: "recall-1", action: "recall", target: 1 },
    ],
    more: false,
  },
});

const readObserverAudit = operation({
  ...given,
  path: "/sessions/{sessionId}/observers/audit",
  id: "readObserverAudit",
  summary: "Who followed a session without being a member, and when",
  description: "Each beginning and each end, the oldest first. The next page is `after` the last id.",
  answer: ObserverAuditResult,
  answerExample: {
    records: [{ id: 1, at: 1_790_000_000_000, userId: "erin", event: "started", seqId: 17 }],
    more: false,
  },
});

/** Audits of a session. */
export function auditRoutes(deps: Deps) {
  return newRouter()
    .openapi(readSessionAudit, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const session = { app: principal.app, ...c.req.valid("param") };
      const { entries, more } = await readSession(deps, session, c.req.valid("query"));
      return c.json({ records: entries.map(recordOf), more }, 200);
    })
    .openapi(readObserverAudit, async (c) => {
      const principal = c.get("principal");
      requireServer(principal);
      const room = sessionRoom(principal.app, c.req.valid("param").sessionId);
      const call = { type: "observerAudit", by: { kind: "server" }, ...c.req.valid("query") } as const;
      // SAFETY: what the call answers with
      return c.json(unwrap(await deps.call(room, call)) as ObserverAuditResult, 200);
    });
}

function recordOf(entry: Entry): AuditRecord {
  const { seqId, timestamp: at, from: by, packId } = entry;
  const record = { seqId, at, by, packId };
  switch (entry.kind) {
    case "message":
      return { ...record, action: "sent", ...(entry.gone === undefined ? {} : { gone: entry.gone }) };
    case "control":
      return { ...record, action: entry.control.op, target: spanOf(entry.control).upTo };
    case "notice": {
      const { notice } = entry;
      return { ...record, action: notice.event, ...("users" in notice ? { users: notice.users } : {}) };
    }
    default:
      return assertNever(entry);
  }
}
