import { emptied, hasMessage, withoutContent } from "../../protocol/amend.ts";
import type { Entry } from "../../protocol/entry.ts";
import type { WebhookEvent } from "../../protocol/rpc/hook-call.ts";
import type { EventStore } from "./event-store.ts";

/** Those that give a message another content. */
const EDITS = ["control.override", "control.finish"];

type Empties = NonNullable<WebhookEvent["empties"]>;

/** What is gone is neither kept nor delivered late with its content, nor with what edits had made of it. */
export function emptyEvents(events: EventStore, lane: string, empties: Empties): void {
  for (const event of events.about(lane, empties.span, EDITS)) {
    const body = JSON.parse(event.body) as { data: { entry?: Entry } }; // SAFETY: what the room posts is an object with data
    const { entry } = body.data;
    if (entry === undefined) continue;
    const left = emptiedEntry(entry, empties);
    if (left !== entry) events.putBody(event.number, JSON.stringify({ ...body, data: { ...body.data, entry: left } }));
  }
}

function emptiedEntry(entry: Entry, { span, gone }: Empties): Entry {
  if (entry.kind === "message") return hasMessage(span, entry.seqId, entry.from) ? emptied(entry, gone) : entry;
  if (entry.kind !== "control" || entry.control.op === "purge") return entry;
  return hasMessage(span, entry.control.target, entry.control.targetFrom) ? withoutContent(entry) : entry;
}
