import type { RoomEvent } from "../../kernel/room.ts";
import type { RoomName } from "../../kernel/room-name.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { NativeConnection } from "./connection.ts";

/** An event that waits for its place in a turn. */
export interface TurnJob {
  readonly room: RoomName;
  readonly event: RoomEvent;
  /** Where the outcome goes: another room's queue, within the turn. */
  readonly onOutcome?: ((outcome: Outcome) => void) | undefined;
  /** Joins the room's connections with its event, so that of several that open in one turn each finds those before it. */
  readonly opening?: NativeConnection | undefined;
}
