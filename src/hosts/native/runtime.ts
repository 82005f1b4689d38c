import type { Opening } from "../../routes/deps.ts";
import type { Socket } from "./connection.ts";
import type { SocketEvents } from "./sockets.ts";

/** Upgrades a request; only valid while that request is handled. */
export type Upgrade = (request: Request, opening: Opening) => Response;

export interface ListenOptions {
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
  readonly fetch: (request: Request, upgrade: Upgrade) => Response | Promise<Response>;
  readonly socket: (socket: Socket, opening: Opening) => SocketEvents;
}

export interface Listener {
  readonly port: number;
  /** Takes no new work; open sockets stay open. */
  stopAccepting(): void;
  /** Cuts what is still open. */
  close(): void;
}

/** What Bun, Deno and Node do each in their own way. */
export interface Runtime {
  readonly name: string;
  listen(options: ListenOptions): Promise<Listener>;
}
