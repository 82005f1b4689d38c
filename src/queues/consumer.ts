import type { ArchiveClient } from "../archive/client.ts";
import type { RoomCall } from "../kernel/effects.ts";
import type { Measures } from "../kernel/measures.ts";
import type { Clock, Random } from "../kernel/ports.ts";
import type { RoomName } from "../kernel/room-name.ts";
import type { AppId } from "../protocol/ids.ts";
import type { AppSettings } from "../protocol/rpc/app-settings.ts";
import type { Outcome } from "../protocol/rpc/outcome.ts";
import type { QueueJobs, QueueName } from "../protocol/rpc/queue-job.ts";
import type { Http } from "./http.ts";

/** A job that is handed over: at least once, in no order. */
export interface Delivery<Job> {
  readonly job: Job;
  /** 1 the first time. */
  readonly attempts: number;
}

/** What becomes of a job. `dead`: no attempt will ever succeed; it is kept as a dead letter for somebody to look at. */
export type Verdict =
  | { readonly kind: "done" }
  | { readonly kind: "retry"; readonly afterMs?: number | undefined }
  | { readonly kind: "dead"; readonly reason: string };

export const DONE = { kind: "done" } as const satisfies Verdict;

/** Works on the jobs of one queue. What it throws counts against every job of the batch. */
export interface QueueConsumer<Job> {
  /** One verdict per delivery, in their order. */
  consume(batch: readonly Delivery<Job>[]): Promise<readonly Verdict[]>;
}

export type Consumers = { readonly [Q in QueueName]?: QueueConsumer<QueueJobs[Q]> };

/** What consumers need of a host. */
export interface QueuePorts {
  /** Never rejects: an unreachable room is `UNAVAILABLE`. */
  call(room: RoomName, call: RoomCall): Promise<Outcome>;
  /** What the app has set; on Workers up to 60 s old. Rejects with `UNAVAILABLE`. */
  settings(app: AppId): Promise<AppSettings>;
  readonly clock: Clock;
  readonly random: Random;
  readonly measures: Measures;
}

/** What they need besides, where they work. */
export interface ConsumerPorts extends QueuePorts {
  readonly http: Http;
  /** Without it nobody works on its queue, and no room puts anything into it. */
  readonly archive: ArchiveClient | undefined;
  sleep(ms: number): Promise<void>;
  /** Something that nobody is answered with; the host logs it. */
  onFault(fault: unknown): void;
}
