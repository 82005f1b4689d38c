import type { RoomCall } from "../kernel/effects.ts";
import type { Logger } from "../kernel/logger.ts";
import type { Measures } from "../kernel/measures.ts";
import type { Clock, ConnectionState } from "../kernel/ports.ts";
import type { RoomName } from "../kernel/room-name.ts";
import type { VisitorState } from "../kernel/visit.ts";
import type { AppId } from "../protocol/ids.ts";
import type { AppSettings } from "../protocol/rpc/app-settings.ts";
import type { ArchiveCall } from "../protocol/rpc/archive-call.ts";
import type { DecideCall } from "../protocol/rpc/hook-service-call.ts";
import type { Outcome } from "../protocol/rpc/outcome.ts";
import type { QueueJob, QueueName } from "../protocol/rpc/queue-job.ts";
import type { UpFrame } from "../protocol/up.ts";
import type { Http } from "../queues/http.ts";
import type { Config } from "./config.ts";
import type { Tracing } from "./tracing.ts";

/** What becomes of a WebSocket upgrade. A refusal is a close code, because browsers cannot see an HTTP status here. */
export type Opening = Accepted | Refused;

export interface Accepted {
  readonly kind: "accept";
  readonly room: RoomName;
  readonly state: ConnectionState;
  /** To be answered in `Sec-WebSocket-Protocol`: one that the client offered, never the one that carries its token. */
  readonly subprotocol: string;
}

export interface Refused {
  readonly kind: "refuse";
  readonly code: number;
  readonly reason: string;
  /** As above; without it the client offered none of ours, and an answer would hide the close code from it. */
  readonly subprotocol: string | undefined;
}

/** How old it may be what is known of an app, where it is not known at once. */
export type SettingsAge = "fresh" | "recent";

/** What the routes need of a host. */
export interface Deps {
  readonly config: Config;
  readonly clock: Clock;
  readonly measures: Measures;
  readonly logger: Logger;
  /** Not there when nothing is traced. */
  readonly tracing?: Tracing | undefined;
  /** Calls a room; the outcome comes after its writes are durable. Never rejects: an unreachable room is `UNAVAILABLE`. */
  call(room: RoomName, call: RoomCall): Promise<Outcome>;
  /** Asks a mailbox as one of its user's connections would. Otherwise as `call`. */
  ask(room: RoomName, state: VisitorState, frame: UpFrame): Promise<Outcome>;
  /** Jobs for a queue; the outcome comes when they are durable. Never rejects. */
  enqueue(queue: QueueName, jobs: readonly QueueJob[]): Promise<Outcome>;
  /** What the app has set; on Workers up to 60 s old, `recent` 5 s, `fresh` about 1 s. Rejects with `UNAVAILABLE`. */
  settings(app: AppId, age?: SettingsAge): Promise<AppSettings>;
  /** Asks a server of the app what is to become of messages. Never rejects. */
  decide(call: DecideCall): Promise<Outcome>;
  /** Asks the archive. Never rejects: without one, or in an outage, it is `UNAVAILABLE`. */
  archive(call: ArchiveCall): Promise<Outcome>;
  /** Requests to services elsewhere. */
  readonly http: Http;
  /** Upgrades the request and hands the socket to the room, or closes it. */
  upgrade(request: Request, opening: Opening): Response | Promise<Response>;
}
