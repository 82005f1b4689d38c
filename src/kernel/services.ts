import type { ArchiveCall } from "../protocol/rpc/archive-call.ts";
import type { QueueJob, QueueName } from "../protocol/rpc/queue-job.ts";
import type { RoomName } from "./room-name.ts";

/** Answered when the jobs are durable in the queue. */
export interface EnqueueCall {
  readonly type: "enqueue";
  readonly jobs: readonly QueueJob[];
}

/** What a room may call besides rooms. No name of a room begins like that, because no app's does. */
export type ServiceName = `@queue/${QueueName}` | "@archive";
export type ServiceCall = EnqueueCall | ArchiveCall;

/** Whom a room may call. */
export type Target = RoomName | ServiceName;

const QUEUE = "@queue/";

/** The queue that is meant; `undefined` for any other target. */
export function queueOf(target: Target): QueueName | undefined {
  return target.startsWith(QUEUE) ? (target.slice(QUEUE.length) as QueueName) : undefined; // SAFETY: the rest of a ServiceName
}
