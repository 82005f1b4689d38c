import type { Measures } from "../../kernel/measures.ts";
import type { RoomEvent } from "../../kernel/room.ts";
import type { RoomName } from "../../kernel/room-name.ts";
import type { ServiceQuestion } from "../../kernel/services.ts";
import type { TraceContext } from "../../kernel/trace.ts";
import type { Tracer } from "../../kernel/tracer.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { ActorPorts } from "./actor.ts";
import type { NativeConnection } from "./connection.ts";

/** An event that waits for its place in a turn. */
export interface TurnJob {
  readonly room: RoomName;
  readonly event: RoomEvent;
  /** Where the outcome goes: another room's queue, within the turn. */
  readonly onOutcome?: ((outcome: Outcome) => void) | undefined;
  /** Joins the room's connections with its event, so that of several that open in one turn each finds those before it. */
  readonly opening?: NativeConnection | undefined;
  /** What it belongs to, if it is traced. */
  readonly trace?: TraceContext | undefined;
}

export interface TurnPorts extends Omit<ActorPorts, "clock" | "apps"> {
  readonly measures: Measures;
  /** Not there when nothing is traced. */
  readonly tracer?: Tracer | undefined;
  /** Answers what rooms ask of services. Never rejects. */
  readonly ask: (question: ServiceQuestion) => Promise<Outcome>;
}
export type OnCommitFault = (fault: unknown) => void;
