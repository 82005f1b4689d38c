import type { ArchiveCall } from "../protocol/rpc/archive-call.ts";
import type { HookServiceCall } from "../protocol/rpc/hook-service-call.ts";
import type { QueueJob, QueueName } from "../protocol/rpc/queue-job.ts";
import type { RoomName } from "./room-name.ts";

/** Answered when the jobs are durable in the queue. */
export interface EnqueueCall {
  readonly type: "enqueue";
  readonly jobs: readonly QueueJob[];
}

/** Asked over a network, perhaps, and never within the turn: the answer comes in one of its own. */
export type ServiceQuestion =
  | { readonly service: "@archive"; readonly call: ArchiveCall }
  /** Servers of third parties. */
  | { readonly service: "@hook"; readonly call: HookServiceCall };

/** What a room may call besides rooms. No name of a room begins like that, because no app's does. */
export type ServiceName = `@queue/${QueueName}` | ServiceQuestion["service"];
export type ServiceCall = EnqueueCall | ServiceQuestion["call"];

/** Whom a room may call. */
export type Target = RoomName | ServiceName;

const QUEUE = "@queue/";

/** The queue that is meant; `undefined` for any other target. */
export function queueOf(target: Target): QueueName | undefined {
  return target.startsWith(QUEUE) ? (target.slice(QUEUE.length) as QueueName) : undefined; // SAFETY: the rest of a ServiceName
}

/** The question, when a service is meant that is asked one; `undefined` for any other target. */
export function questionOf(target: Target, call: object): ServiceQuestion | undefined {
  if (target !== "@archive" && target !== "@hook") return undefined;
  return { service: target, call } as ServiceQuestion; // SAFETY: whoever names a target gives it a call of its own
}
