import type { RoomCall } from "../kernel/effects.ts";
import type { Clock, ConnectionState } from "../kernel/ports.ts";
import type { RoomName } from "../kernel/room-name.ts";
import type { Outcome } from "../protocol/rpc/outcome.ts";
import type { Config } from "./config.ts";

/** What becomes of a WebSocket upgrade. A refusal is a close code, because browsers cannot see an HTTP status here. */
export type Opening =
  | { readonly kind: "accept"; readonly room: RoomName; readonly state: ConnectionState }
  | { readonly kind: "refuse"; readonly code: number; readonly reason: string };

/** What the routes need of a host. */
export interface Deps {
  readonly config: Config;
  readonly clock: Clock;
  /** Calls a room; the outcome comes after its writes are durable. Never rejects: an unreachable room is `UNAVAILABLE`. */
  call(room: RoomName, call: RoomCall): Promise<Outcome>;
  /** Upgrades the request and hands the socket to the room, or closes it. */
  upgrade(request: Request, opening: Opening): Response | Promise<Response>;
  /** Throws what a client must not see the inside of; the host logs it. */
  onFault(fault: unknown): void;
}
