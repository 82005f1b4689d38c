import type { DownFrame } from "../protocol/down.ts";
import type { AppCall } from "../protocol/rpc/app-call.ts";
import type { DirectoryCall } from "../protocol/rpc/directory-call.ts";
import type { HookCall } from "../protocol/rpc/hook-call.ts";
import type { JobCall } from "../protocol/rpc/job-call.ts";
import type { LettersCall } from "../protocol/rpc/letters-call.ts";
import type { MailboxCall } from "../protocol/rpc/mailbox-call.ts";
import type { PushTokenCall } from "../protocol/rpc/push-token-call.ts";
import type { QueueJob, QueueName } from "../protocol/rpc/queue-job.ts";
import type { SessionCall } from "../protocol/rpc/session-call.ts";
import type { Connection } from "./ports.ts";
import type { RoomName } from "./room-name.ts";
import {
  type EnqueueCall,
  questionOf,
  queueOf,
  type ServiceCall,
  type ServiceQuestion,
  type Target,
} from "./services.ts";

export type RoomCall =
  | SessionCall
  | MailboxCall
  | JobCall
  | HookCall
  | LettersCall
  | AppCall
  | PushTokenCall
  | DirectoryCall;

/** Comes back with the reply. It must say all that the reply needs: the instance that called may be gone by then. */
export type CallTag = object;

/** What a room wants done. Nothing of it happens before the room's writes are on disk. */
export type Effect =
  | { readonly kind: "send"; readonly connections: readonly Connection[]; readonly frame: DownFrame }
  | { readonly kind: "close"; readonly connection: Connection; readonly code: number; readonly reason: string }
  | { readonly kind: "call"; readonly to: RoomName; readonly call: RoomCall; readonly tag: CallTag }
  /** The reply comes when the jobs are durable; where rooms and queues share a transaction, it comes with it. */
  | { readonly kind: "enqueue"; readonly queue: QueueName; readonly jobs: readonly QueueJob[]; readonly tag: CallTag }
  | { readonly kind: "ask"; readonly question: ServiceQuestion; readonly tag: CallTag }
  /** What this room says of its app is another now: whoever remembers it asks again. */
  | { readonly kind: "settings" }
  /** The room's alarm fires at `atMs` or earlier; an earlier one that is already set stays. */
  | { readonly kind: "wake"; readonly atMs: number };

const NONE: readonly Effect[] = [];

/** Collects the effects of one event. */
export class Effects {
  #list: Effect[] = [];

  send(connections: readonly Connection[], frame: DownFrame): void {
    if (connections.length > 0) this.#list.push({ kind: "send", connections, frame });
  }

  close(connection: Connection, code: number, reason: string): void {
    this.#list.push({ kind: "close", connection, code, reason });
  }

  /** Calls a room or a service; each takes its own calls. */
  call(to: Target, call: RoomCall | ServiceCall, tag: CallTag): void {
    const queue = queueOf(to);
    const question = questionOf(to, call);
    // SAFETY: whoever names a target gives it a call of its own
    if (queue !== undefined) this.#list.push({ kind: "enqueue", queue, jobs: (call as EnqueueCall).jobs, tag });
    else if (question !== undefined) this.#list.push({ kind: "ask", question, tag });
    else this.#list.push({ kind: "call", to: to as RoomName, call: call as RoomCall, tag }); // SAFETY: as above; services are ruled out
  }

  settingsChanged(): void {
    this.#list.push({ kind: "settings" });
  }

  wakeAt(atMs: number): void {
    this.#list.push({ kind: "wake", atMs });
  }

  take(): readonly Effect[] {
    if (this.#list.length === 0) return NONE;
    const list = this.#list;
    this.#list = [];
    return list;
  }
}
