import { backoffMs } from "../kernel/backoff.ts";
import type { Measures } from "../kernel/measures.ts";
import type { Random } from "../kernel/ports.ts";
import { parseTraceparent } from "../kernel/trace.ts";
import type { OpenSpan, Tracer } from "../kernel/tracer.ts";
import type { QueueJob, QueueName } from "../protocol/rpc/queue-job.ts";
import { type Delivery, DONE, type QueueConsumer, type Verdict } from "./consumer.ts";
import { QUEUE_PLANS } from "./queue-plan.ts";

/** A job that no attempt will bring to an end. */
export interface DeadLetter<Job = QueueJob> {
  readonly queue: QueueName;
  readonly job: Job;
  readonly reason: string;
}

/** What the host has to do with a job. */
export type Settled = { readonly kind: "done" } | { readonly kind: "retry"; readonly afterMs: number };

export interface BatchPorts<Job> {
  readonly queue: QueueName;
  readonly consumer: QueueConsumer<Job>;
  readonly random: Random;
  readonly measures: Measures;
  /** Not there when nothing is traced. */
  readonly tracer?: Tracer | undefined;
  /** Keeps a dead letter; false when it could not. */
  bury(letter: DeadLetter<Job>): Promise<boolean>;
  onFault(fault: unknown): void;
}

/** Hands a batch over and settles every job of it. Never rejects. */
export async function runBatch<Job>(
  ports: BatchPorts<Job>,
  batch: readonly Delivery<Job>[],
): Promise<readonly Settled[]> {
  const spans = spansOf(ports, batch);
  const verdicts = await verdictsOn(ports, batch);
  for (const [index, span] of spans) span.end({ "parley.end": verdicts[index]?.kind ?? "fault" });
  return Promise.all(batch.map((delivery, index) => settle(ports, delivery, verdicts[index])));
}

/** Of the jobs that follow from something traced. */
function spansOf<Job>({ tracer, queue }: BatchPorts<Job>, batch: readonly Delivery<Job>[]): [number, OpenSpan][] {
  if (tracer === undefined) return [];
  return batch.flatMap(({ job }, index): [number, OpenSpan][] => {
    const parent = parseTraceparent((job as Partial<QueueJob>).traceparent); // SAFETY: every job may have one
    return parent === undefined ? [] : [[index, tracer.begin(`queue ${queue}`, "consumer", parent)]];
  });
}

/** A batch that makes its consumer throw is handed over again job by job, so that one of them does not spoil the others. */
async function verdictsOn<Job>(
  ports: BatchPorts<Job>,
  batch: readonly Delivery<Job>[],
): Promise<readonly (Verdict | undefined)[]> {
  try {
    return await ports.consumer.consume(batch);
  } catch (fault) {
    ports.onFault(fault);
    if (batch.length === 1) return [undefined];
  }
  const verdicts: (Verdict | undefined)[] = [];
  for (const delivery of batch) verdicts.push(...(await verdictsOn(ports, [delivery])));
  return verdicts;
}

/** Without a verdict the consumer threw, or owes one. */
async function settle<Job>(
  ports: BatchPorts<Job>,
  { job, attempts }: Delivery<Job>,
  verdict: Verdict | undefined,
): Promise<Settled> {
  const { queue, random, measures } = ports;
  const { maxFaults, retry } = QUEUE_PLANS[queue];
  const later = { kind: "retry", afterMs: backoffMs(retry, attempts, random()) } as const;
  const ends = (end: "done" | "retry" | "dead") => measures.jobs.of(queue, end).add();
  if (verdict?.kind === "done") {
    ends("done");
    return DONE;
  }
  if (verdict?.kind === "retry" || (verdict === undefined && attempts < maxFaults)) {
    ends("retry");
    return { kind: "retry", afterMs: verdict?.afterMs ?? later.afterMs };
  }
  const reason = verdict?.reason ?? "the consumer failed";
  const isKept = await ports.bury({ queue, job, reason });
  ends(isKept ? "dead" : "retry");
  return isKept ? DONE : later;
}
