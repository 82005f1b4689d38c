import type { ArchiveJob } from "../../src/protocol/rpc/queue-job.ts";
import { type Delivery, DONE, type QueueConsumer, type Verdict } from "../../src/queues/consumer.ts";
import type { DeadLetter } from "../../src/queues/run-batch.ts";
import { type Case, equal, holds } from "./check.ts";
import type { NativeHost } from "./native-host.ts";
import { app, pair } from "./suites/rooms.ts";

type Answer = (delivery: Delivery<ArchiveJob>) => Verdict | "throw" | "never";

/** A consumer that does as it is told, and remembers what it was handed. */
class Worker implements QueueConsumer<ArchiveJob> {
  readonly batches: Delivery<ArchiveJob>[][] = [];
  readonly buried: DeadLetter[] = [];
  readonly #answer: Answer;
  #waiting: (() => void)[] = [];

  constructor(answer: Answer = () => DONE) {
    this.#answer = answer;
  }

  async consume(batch: readonly Delivery<ArchiveJob>[]): Promise<Verdict[]> {
    this.batches.push([...batch]);
    const answers = batch.map(this.#answer);
    for (const resolve of this.#waiting.splice(0)) resolve();
    if (answers.includes("throw")) throw new Error("poison");
    if (answers.includes("never")) return new Promise(() => undefined);
    return answers as Verdict[]; // SAFETY: what is no verdict was sorted out just now
  }

  work(host: NativeHost): this {
    const bury = async (letter: DeadLetter): Promise<boolean> => this.buried.push(letter) > 0;
    const { measures } = host;
    const ports = { random: () => 0.5, measures, tracer: host.tracer, bury, onFault: () => undefined };
    host.turns.queues.consume({ archive: this }, ports);
    return this;
  }

  get handed(): string[] {
    return this.batches.flat().map(({ job }) => job.sessionId);
  }

  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

const jobOf = (): ArchiveJob => ({ app, sessionId: pair().sessionId });

async function add(host: NativeHost, ...jobs: ArchiveJob[]): Promise<void> {
  await host.turns.enqueue("archive", jobs);
}

/** Resolves when the host has no jobs left. */
async function emptied(host: NativeHost): Promise<void> {
  while (host.turns.queues.depth("archive").jobs > 0) await new Promise((resolve) => setImmediate(resolve));
}

/** The queues of a native host: tables in the database of the rooms. */
export const queueCases: readonly Case<NativeHost>[] = [
  {
    name: "hands a job over once, and forgets it when it is done",
    async run(host) {
      const worker = new Worker().work(host);
      const jobs = [jobOf(), jobOf(), jobOf()];
      await add(host, ...jobs);
      await emptied(host);
      equal(
        worker.handed,
        jobs.map(({ sessionId }) => sessionId),
      );
      equal(worker.batches[0]?.[0]?.attempts, 1);
    },
  },
  {
    name: "makes the work on a job part of the trace that it follows from",
    async run(host) {
      const worker = new Worker().work(host);
      const [traceId, spanId] = ["a".repeat(32), "b".repeat(16)];
      await add(host, { ...jobOf(), traceparent: `00-${traceId}-${spanId}-01` }, jobOf());
      await worker.until(() => worker.handed.length === 2);
      await emptied(host);
      equal(
        host.spans.map((span) => [span.name, span.kind, span.traceId, span.parentSpanId, span.attributes]),
        [["queue archive", "consumer", traceId, spanId, { "parley.end": "done" }]],
      );
    },
  },
  {
    name: "keeps jobs that nobody works on, and those under way, through a restart",
    async run(host) {
      const jobs = [jobOf(), jobOf()];
      await add(host, ...jobs);
      const first = new Worker(() => "never").work(host);
      await first.until(() => first.handed.length === 2);
      await host.restart();
      const second = new Worker().work(host);
      await emptied(host);
      equal(second.handed, first.handed);
    },
  },
  {
    name: "hands a job over again later, counting the attempts, while others go on",
    async run(host) {
      const [slow, fast] = [jobOf(), jobOf()];
      const worker = new Worker(({ job, attempts }) =>
        job.sessionId === slow.sessionId && attempts < 3 ? { kind: "retry", afterMs: 60_000 } : DONE,
      ).work(host);
      await add(host, slow, fast);
      while (host.turns.queues.depth("archive").jobs > 1) await new Promise((resolve) => setImmediate(resolve));
      while (host.turns.queues.depth("archive").jobs > 0) {
        await new Promise((resolve) => setImmediate(resolve));
        host.pass(60_001);
      }
      const attempts = worker.batches.flat().filter(({ job }) => job.sessionId === slow.sessionId);
      equal(
        attempts.map((one) => one.attempts),
        [1, 2, 3],
      );
    },
  },
  {
    name: "buries the one job of a batch that makes its consumer throw, after 10 attempts",
    async run(host) {
      const [poison, fine] = [jobOf(), jobOf()];
      const worker = new Worker(({ job }) => (job.sessionId === poison.sessionId ? "throw" : DONE)).work(host);
      await add(host, poison, fine);
      while (worker.buried.length === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        host.pass(60_001);
      }
      await emptied(host);
      equal(worker.buried, [{ queue: "archive", job: poison, reason: "the consumer failed" }]);
      equal(worker.handed.filter((one) => one === fine.sessionId).length, 2, "handed over with the poison, then alone");
    },
  },
  {
    name: "stores no job of a turn that is lost, and forgets none whose end was in one",
    async run(host) {
      const worker = new Worker().work(host);
      host.breakJobs("INSERT");
      await add(host, jobOf());
      holds(host.lostTurns.length === 1, "the turn was lost");
      host.mendTurns();
      equal(host.turns.queues.depth("archive").jobs, 0);
      host.breakJobs("DELETE");
      await add(host, jobOf());
      await worker.until(() => worker.handed.length === 1);
      while (host.lostTurns.length < 2) await new Promise((resolve) => setImmediate(resolve));
      equal(host.turns.queues.depth("archive").jobs, 1);
      host.mendTurns();
      host.pass(1_000);
      await emptied(host);
      equal(worker.handed.length, 1, "times that it was handed over");
    },
  },
];
