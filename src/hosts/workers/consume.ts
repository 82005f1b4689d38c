import type { Tracer } from "../../kernel/tracer.ts";
import type { QueueJob, QueueJobs, QueueName } from "../../protocol/rpc/queue-job.ts";
import { bury } from "../../queues/bury.ts";
import type { Consumers, QueuePorts } from "../../queues/consumer.ts";
import { type BatchPorts, runBatch } from "../../queues/run-batch.ts";
import { report } from "./isolate.ts";

const PREFIX = "parley-";
const DEAD_SUFFIX = "-dead";
/** Longest delay that a Queue takes, in seconds. */
const MAX_DELAY_S = 43_200;

type ConsumePorts = QueuePorts & { readonly tracer?: Tracer | undefined };

/** Works on a batch of one of our Queues, or of its dead letters. Messages without a verdict come again. */
export async function consume(batch: MessageBatch<QueueJob>, consumers: Consumers, ports: ConsumePorts): Promise<void> {
  const name = batch.queue.slice(PREFIX.length);
  if (name.endsWith(DEAD_SUFFIX))
    await buryAll(batch, name.slice(0, -DEAD_SUFFIX.length) as QueueName, ports); // SAFETY: wrangler.toml names no others
  else await work(batch, name as QueueName, { consumers, ports }); // SAFETY: as above
}

async function work<Q extends QueueName>(
  { messages }: MessageBatch<QueueJob>,
  queue: Q,
  { consumers, ports }: { consumers: Consumers; ports: ConsumePorts },
): Promise<void> {
  const consumer = consumers[queue];
  if (consumer === undefined) throw new Error(`nobody works on the queue ${queue}`);
  const batch: BatchPorts<QueueJobs[Q]> = {
    queue,
    consumer,
    random: ports.random,
    measures: ports.measures,
    tracer: ports.tracer,
    bury: (letter) => bury(ports, letter),
    onFault: (fault) => report(`queue ${queue}`, fault),
  };
  const jobOf = ({ body }: Message<QueueJob>) => body as QueueJobs[Q]; // SAFETY: producers put only jobs of this queue into it
  const deliveries = messages.map((message) => ({ job: jobOf(message), attempts: message.attempts }));
  const ends = await runBatch(batch, deliveries);
  for (const [index, message] of messages.entries()) {
    const end = ends[index];
    if (end?.kind === "retry") message.retry({ delaySeconds: Math.min(MAX_DELAY_S, Math.ceil(end.afterMs / 1_000)) });
    else message.ack();
  }
}

async function buryAll({ messages }: MessageBatch<QueueJob>, queue: QueueName, ports: ConsumePorts): Promise<void> {
  for (const message of messages) {
    const isKept = await bury(ports, { queue, job: message.body, reason: "the queue gave it up" });
    if (isKept) message.ack();
    else message.retry();
  }
}
