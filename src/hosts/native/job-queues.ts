import type { QueueJob, QueueJobs, QueueName } from "../../protocol/rpc/queue-job.ts";
import type { Consumers } from "../../queues/consumer.ts";
import { QUEUE_PLANS } from "../../queues/queue-plan.ts";
import { type BatchPorts, runBatch } from "../../queues/run-batch.ts";
import type { TurnDatabase } from "./database.ts";
import { JobQueue } from "./job-queue.ts";
import { type JobRow, JobTable, type QueueDepth } from "./job-table.ts";

export type ConsumePorts = Pick<BatchPorts<QueueJob>, "random" | "measures" | "tracer" | "bury" | "onFault">;

/** The queues of a native host: tables beside those of the rooms, so that a job is stored with what it follows from. */
export class JobQueues {
  readonly #table: JobTable;
  readonly #inTurn: (write: () => void) => void;
  /** Those that have a consumer. */
  readonly #queues = new Map<QueueName, JobQueue>();

  constructor(db: TurnDatabase, inTurn: (write: () => void) => void) {
    this.#table = new JobTable(db);
    this.#inTurn = inTurn;
  }

  /** Part of the running turn. */
  add(queue: QueueName, jobs: readonly QueueJob[]): void {
    const texts = jobs.map((job) => JSON.stringify(job));
    const open = this.#queues.get(queue);
    if (open === undefined) this.#table.add(queue, texts, Date.now());
    else open.add(texts);
  }

  consume(consumers: Consumers, ports: ConsumePorts): void {
    // SAFETY: the keys of Consumers are queues, and each has a consumer of its own jobs
    for (const queue of Object.keys(consumers) as QueueName[]) this.#open(queue, consumers, ports);
  }

  #open<Q extends QueueName>(queue: Q, consumers: Consumers, ports: ConsumePorts): void {
    const consumer = consumers[queue];
    if (consumer === undefined) return;
    const batch: BatchPorts<QueueJobs[Q]> = { ...ports, queue, consumer };
    // SAFETY: only jobs of this queue are added to it
    const jobOf = ({ job }: JobRow) => JSON.parse(job) as QueueJobs[Q];
    const work = (rows: readonly JobRow[]) =>
      runBatch(
        batch,
        rows.map((row) => ({ job: jobOf(row), attempts: row.attempts + 1 })),
      );
    const { maxBatch, concurrency } = QUEUE_PLANS[queue];
    const opened = new JobQueue({ queue, table: this.#table, maxBatch, concurrency, work, inTurn: this.#inTurn });
    this.#queues.set(queue, opened);
    opened.pump();
  }

  pump(): void {
    for (const queue of this.#queues.values()) queue.pump();
  }

  depth(queue: QueueName): QueueDepth {
    return this.#table.depth(queue);
  }

  stop(): void {
    for (const queue of this.#queues.values()) queue.stop();
  }
}
