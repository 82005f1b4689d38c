import type { QueueName } from "../../protocol/rpc/queue-job.ts";
import type { TurnDatabase } from "./database.ts";

const TABLE = `CREATE TABLE IF NOT EXISTS jobs (
  queue TEXT NOT NULL, due INTEGER NOT NULL, id INTEGER NOT NULL, attempts INTEGER NOT NULL, since INTEGER NOT NULL,
  job TEXT NOT NULL, PRIMARY KEY (queue, due, id)
) WITHOUT ROWID`;

const LONGEST_PAUSE_MS = 86_400_000;

/** A job on disk. Its key is its place in the order of work. */
export interface JobRow {
  readonly due: number;
  readonly id: number;
  /** How often it was handed over before. */
  readonly attempts: number;
  /** ms since 1970 */
  readonly since: number;
  /** JSON */
  readonly job: string;
}

/** How much waits in a queue, of what is looked at. */
export interface QueueDepth {
  readonly jobs: number;
  /** ms since 1970; of the oldest job. */
  readonly since: number | undefined;
}

/** Looked at when a depth is asked for, from the next due on. More are not counted: that would hold up the rooms. */
const MAX_COUNTED = 100_000;

/** The SQL of the queues. Writes are part of the running turn. */
export class JobTable {
  readonly #db: TurnDatabase;
  #lastId: number;

  constructor(db: TurnDatabase) {
    this.#db = db;
    db.prepare(TABLE).run();
    // Of a clock that was ahead.
    db.prepare("UPDATE jobs SET due = ?1 WHERE due > ?1 + ?2").run(Date.now(), LONGEST_PAUSE_MS);
    this.#lastId = Number(db.prepare("SELECT max(id) AS id FROM jobs").get()?.id ?? 0);
  }

  add(queue: QueueName, jobs: readonly string[], nowMs: number): void {
    for (const job of jobs) this.#put(queue, { due: nowMs, id: ++this.#lastId, attempts: 0, since: nowMs, job });
  }

  /** The job moves to a later place. */
  retry(queue: QueueName, row: JobRow, due: number): void {
    this.delete(queue, row);
    this.#put(queue, { ...row, due, attempts: row.attempts + 1 });
  }

  delete(queue: QueueName, { due, id }: JobRow): void {
    this.#db.prepare("DELETE FROM jobs WHERE queue = ? AND due = ? AND id = ?").run(queue, due, id);
  }

  /** Jobs behind a place in the order that are due, and that place. */
  after(
    queue: QueueName,
    place: Pick<JobRow, "due" | "id">,
    { nowMs, limit }: { nowMs: number; limit: number },
  ): JobRow[] {
    return this.#db
      .prepare(
        `SELECT due, id, attempts, since, job FROM jobs WHERE queue = ? AND (due, id) > (?, ?) AND due <= ?
         ORDER BY due, id LIMIT ?`,
      )
      .all(queue, place.due, place.id, nowMs, limit)
      .map((row) => ({
        due: Number(row.due),
        id: Number(row.id),
        attempts: Number(row.attempts),
        since: Number(row.since),
        job: String(row.job),
      }));
  }

  /** When the first job behind a place in the order is due. */
  nextDue(queue: QueueName, place: Pick<JobRow, "due" | "id">): number | undefined {
    const row = this.#db
      .prepare("SELECT due FROM jobs WHERE queue = ? AND (due, id) > (?, ?) ORDER BY due, id LIMIT 1")
      .get(queue, place.due, place.id);
    return row === undefined ? undefined : Number(row.due);
  }

  depth(queue: QueueName): QueueDepth {
    const row = this.#db
      .prepare(
        `SELECT count(*) AS jobs, min(since) AS since
         FROM (SELECT since FROM jobs WHERE queue = ? ORDER BY due, id LIMIT ${MAX_COUNTED})`,
      )
      .get(queue);
    return { jobs: Number(row?.jobs ?? 0), since: typeof row?.since === "number" ? row.since : undefined };
  }

  #put(queue: QueueName, { due, id, attempts, since, job }: JobRow): void {
    this.#db
      .prepare("INSERT INTO jobs (queue, due, id, attempts, since, job) VALUES (?, ?, ?, ?, ?, ?)")
      .run(queue, due, id, attempts, since, job);
  }
}
