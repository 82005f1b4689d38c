import { goneAs, spanOf } from "./amend.ts";
import type { ControlEntry, Entry } from "./entry.ts";
import type { SessionId } from "./ids.ts";
import type { WebhookEvent } from "./rpc/hook-call.ts";
import type { WebhookFamily } from "./webhook.ts";

/** What endpoints are told of an entry of a session's log. */
export function logEventOf(sessionId: SessionId, entry: Entry): { family: WebhookFamily; event: WebhookEvent } {
  const { family, what } = kindOf(entry);
  const { seqId: position, timestamp } = entry;
  const event = {
    lane: `session/${sessionId}`,
    position,
    type: `${family}.${what}`,
    timestamp,
    data: { sessionId, entry },
  };
  const empties = entry.kind === "control" ? emptiedBy(entry) : undefined;
  return { family, event: empties === undefined ? event : { ...event, empties } };
}

function kindOf(entry: Entry): { family: WebhookFamily; what: string } {
  switch (entry.kind) {
    case "message":
      return { family: "message", what: "sent" };
    case "control":
      return { family: "control", what: entry.control.op };
    case "notice":
      return { family: "group", what: entry.notice.event };
    default:
      return entry satisfies never;
  }
}

function emptiedBy({ control, from, timestamp }: ControlEntry): WebhookEvent["empties"] {
  const as = goneAs(control);
  return as === undefined ? undefined : { span: spanOf(control), gone: { as, by: from, at: timestamp } };
}
