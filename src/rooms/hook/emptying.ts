import { emptied, withoutContent } from "../../protocol/amend.ts";
import type { Entry } from "../../protocol/entry.ts";
import type { WebhookEvent } from "../../protocol/rpc/hook-call.ts";
import type { EventStore } from "./event-store.ts";

/** Those that give a message another content. */
const EDITS = ["control.override", "control.finish"];

type Empties = NonNullable<WebhookEvent["empties"]>;

/** What is gone is neither kept nor delivered late with its content, nor with what edits had made of it. */
export function emptyEvents(events: EventStore, lane: string, { position, gone }: Empties): void {
  for (const event of events.about(lane, position, EDITS)) {
    const body = JSON.parse(event.body) as { data: { entry?: Entry } }; // SAFETY: what the room posts is an object with data
    const { entry } = body.data;
    if (entry === undefined) continue;
    const left = emptiedEntry(entry, { position, gone });
    if (left !== entry) events.putBody(event.number, JSON.stringify({ ...body, data: { ...body.data, entry: left } }));
  }
}

function emptiedEntry(entry: Entry, { position, gone }: Empties): Entry {
  if (entry.kind === "message" && entry.seqId === position) return emptied(entry, gone);
  return entry.kind === "control" && entry.control.target === position ? withoutContent(entry) : entry;
}
