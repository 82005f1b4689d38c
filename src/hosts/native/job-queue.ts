import type { QueueName } from "../../protocol/rpc/queue-job.ts";
import type { JobRow, JobTable, QueueDepth } from "./job-table.ts";

/** setTimeout cannot wait longer than 2^31 ms. */
const MAX_WAIT_MS = 3_600_000;
/** ms since 1970 that a wall clock which is set anew does not touch: the order of work depends on it. */
const START_MS = Date.now() - performance.now();
const steadyMs = (): number => Math.floor(START_MS + performance.now());

/** What becomes of a job that was handed over. */
export type JobEnd = { readonly kind: "done" } | { readonly kind: "retry"; readonly afterMs: number };

export interface JobQueuePorts {
  readonly queue: QueueName;
  readonly table: JobTable;
  readonly maxBatch: number;
  readonly concurrency: number;
  /** Works on a batch; never rejects. */
  work(rows: readonly JobRow[]): Promise<readonly JobEnd[]>;
  /** Runs `write` in a turn; if that turn is lost, in a later one. */
  inTurn(write: () => void): void;
}

/**
 * One durable queue. Rows are taken in the order (due, id), each once per life of the process, and deleted when their work is
 * done: whatever was under way in a process that died is taken again.
 */
export class JobQueue {
  readonly #ports: JobQueuePorts;
  /** Everything up to here was taken. */
  #taken: Pick<JobRow, "due" | "id"> = { due: 0, id: 0 };
  #running = 0;
  #mayHaveMore = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(ports: JobQueuePorts) {
    this.#ports = ports;
  }

  /** Part of the running turn. */
  add(jobs: readonly string[]): void {
    const { table, queue } = this.#ports;
    table.add(queue, jobs, Math.max(steadyMs(), this.#taken.due));
    this.#mayHaveMore = true;
  }

  /** After a commit: takes what is due, as far as there are hands. */
  pump(): void {
    const { table, queue, maxBatch, concurrency } = this.#ports;
    while (this.#mayHaveMore && !this.#stopped && this.#running < concurrency) {
      const rows = table.after(queue, this.#taken, { nowMs: steadyMs(), limit: maxBatch });
      const last = rows.at(-1);
      if (last === undefined) {
        this.#mayHaveMore = false;
        this.#wait();
        return;
      }
      this.#taken = last;
      void this.#handle(rows);
    }
  }

  depth(): QueueDepth {
    return this.#ports.table.depth(this.#ports.queue);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #handle(rows: readonly JobRow[]): Promise<void> {
    const { table, queue, work, inTurn } = this.#ports;
    this.#running += 1;
    const ends = await work(rows);
    this.#running -= 1;
    if (this.#stopped) return;
    const nowMs = Math.max(steadyMs(), this.#taken.due);
    inTurn(() => {
      this.#mayHaveMore = true;
      for (const [index, row] of rows.entries()) {
        const end = ends[index];
        if (end?.kind === "retry") table.retry(queue, row, nowMs + Math.max(1, Math.ceil(end.afterMs)));
        else table.delete(queue, row);
      }
    });
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const due = this.#ports.table.nextDue(this.#ports.queue, this.#taken);
    if (due === undefined) return;
    const waitMs = Math.min(Math.max(1, due - steadyMs()), MAX_WAIT_MS);
    this.#timer = setTimeout(() => {
      this.#mayHaveMore = true;
      this.pump();
    }, waitMs);
  }
}
