import { ERRORS } from "../protocol/errors.ts";
import type { Outcome } from "../protocol/rpc/outcome.ts";
import type { RoomEvent } from "./room.ts";
import { addressOf, type RoomName } from "./room-name.ts";
import type { TraceContext } from "./trace.ts";
import type { OpenSpan, Tracer } from "./tracer.ts";

/** The span of an event in a room. It names the kind of room, whose id is a user's or a session's and stays out. */
export function beginEvent(
  tracer: Tracer,
  room: RoomName,
  { event, parent }: { event: RoomEvent; parent: TraceContext },
): OpenSpan {
  return tracer.begin(`${addressOf(room).kind} ${wordOf(event)}`, "internal", parent);
}

/** A refusal is an answer; an error is what a caller cannot help. */
export function endEvent(span: OpenSpan, outcome: Outcome): void {
  if (outcome.ok) span.end();
  else
    span.end(
      { "parley.error": outcome.error },
      { error: ERRORS[outcome.error].http >= 500 ? outcome.error : undefined },
    );
}

function wordOf(event: RoomEvent): string {
  if (event.type === "call") return event.call.type;
  if (event.type === "received" && event.request.ok) return event.request.frame.type;
  return event.type;
}
