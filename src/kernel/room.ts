import type { Decoded } from "../protocol/codec.ts";
import type { Outcome } from "../protocol/rpc/outcome.ts";
import type { CallTag, RoomCall } from "./effects.ts";
import type { Connection } from "./ports.ts";

/**
 * A room is a synchronous decision over its own rows. Handlers validate and authorise first, then write, and
 * collect effects; a `ParleyError` may be thrown only before the first write. Anything else thrown rolls back.
 */
export interface Room {
  /** A call from a route or another room; returns the reply. */
  call(call: RoomCall): unknown;
  /** The reply to a call of this room. Never throws for a tag that an earlier instance made. */
  replied(tag: CallTag, outcome: Outcome): void;
  /** The time asked for with `wakeAt` has come. Says nothing about why: the rows do. */
  alarm(): void;
  /** After the events of a turn: starts what is now due in batches. */
  settle(): void;
  /** The instance is thrown away; answers that it owes from memory go out now as coded errors. */
  abandon(): void;
  opened(connection: Connection): void;
  received(connection: Connection, request: Decoded): void;
  closed(connection: Connection): void;
}

export type RoomEvent =
  | { readonly type: "call"; readonly call: RoomCall }
  | { readonly type: "replied"; readonly tag: CallTag; readonly outcome: Outcome }
  | { readonly type: "alarm" }
  | { readonly type: "settle" }
  | { readonly type: "opened"; readonly connection: Connection }
  | { readonly type: "received"; readonly connection: Connection; readonly request: Decoded }
  | { readonly type: "closed"; readonly connection: Connection };
