import type { RoomSql, SqlRow } from "../../kernel/ports.ts";
import { ERRORS, type ErrorName } from "../../protocol/errors.ts";
import type { JobFailure } from "../../protocol/job-progress.ts";
import type { Job } from "../../protocol/rpc/job-call.ts";
import type { Found, Order, Phase, Retry, State } from "./types.ts";

/** Targets in one row: far below the 2 MB that a Durable Object stores in one. */
export const CHUNK_SIZE = 500;

/** The SQL of a job. */
export class JobStore {
  readonly #sql: RoomSql;

  constructor(sql: RoomSql) {
    this.#sql = sql;
  }

  /** What was asked for, and how far it is: in its work, or in finding its targets. */
  find(): { order: Order; at: State | Found } | undefined {
    const row = this.#sql
      .prepare(
        `SELECT job, digest, coalesce(g.total, o.total) AS total, created_at, cursor, done, failed, phase, ended_at,
         shard, after FROM job_orders AS o LEFT JOIN job_states USING (room) LEFT JOIN job_gatherings AS g USING (room)
         WHERE o.room = ?`,
      )
      .get(this.#sql.room);
    return row === undefined
      ? undefined
      : { order: orderOf(row), at: row.phase === null ? foundOf(row) : stateOf(row) };
  }

  create({ job, digest, total, createdAt }: Order, targets: readonly string[]): void {
    this.#sql
      .prepare("INSERT INTO job_orders (room, job, digest, total, created_at) VALUES (?, ?, ?, ?, ?)")
      .run(this.#sql.room, JSON.stringify(job), digest, total, createdAt);
    for (let chunk = 0; chunk * CHUNK_SIZE < total; chunk += 1)
      this.#putChunk(chunk, targets.slice(chunk * CHUNK_SIZE, (chunk + 1) * CHUNK_SIZE));
  }

  /** Behind the `total` that there are; no more than its last row has room for. */
  addTargets(targets: readonly string[], total: number): void {
    if (targets.length === 0) return;
    const last = Math.floor(total / CHUNK_SIZE);
    this.#putChunk(last, total % CHUNK_SIZE === 0 ? targets : [...this.chunk(last), ...targets]);
  }

  #putChunk(chunk: number, targets: readonly string[]): void {
    this.#sql
      .prepare(
        `INSERT INTO job_chunks (room, chunk, targets) VALUES (?, ?, ?)
         ON CONFLICT (room, chunk) DO UPDATE SET targets = excluded.targets`,
      )
      .run(this.#sql.room, chunk, JSON.stringify(targets));
  }

  putFound({ shard, after, total }: Found): void {
    this.#sql
      .prepare(
        `INSERT INTO job_gatherings (room, shard, after, total) VALUES (?, ?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET shard = excluded.shard, after = excluded.after, total = excluded.total`,
      )
      .run(this.#sql.room, shard, after, total);
  }

  putState({ cursor, done, failed, phase }: State): void {
    this.#sql
      .prepare(
        `INSERT INTO job_states (room, cursor, done, failed, phase, ended_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET cursor = excluded.cursor, done = excluded.done, failed = excluded.failed,
         phase = excluded.phase, ended_at = excluded.ended_at`,
      )
      .run(this.#sql.room, cursor, done, failed, phase.kind, "endedAt" in phase ? phase.endedAt : null);
  }

  chunk(chunk: number): readonly string[] {
    const row = this.#sql
      .prepare("SELECT targets FROM job_chunks WHERE room = ? AND chunk = ?")
      .get(this.#sql.room, chunk);
    return JSON.parse(String(row?.targets)) as string[]; // SAFETY: only #putChunk writes it
  }

  retries(): Retry[] {
    return this.#sql
      .prepare("SELECT position, target, attempts, first_at, due_at FROM job_retries WHERE room = ?")
      .all(this.#sql.room)
      .map((row) => ({
        position: Number(row.position),
        target: String(row.target),
        attempts: Number(row.attempts),
        firstAt: Number(row.first_at),
        dueAt: Number(row.due_at),
      }));
  }

  putRetry({ position, target, attempts, firstAt, dueAt }: Retry): void {
    this.#sql
      .prepare(
        `INSERT INTO job_retries (room, position, target, attempts, first_at, due_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, position) DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at`,
      )
      .run(this.#sql.room, position, target, attempts, firstAt, dueAt);
  }

  deleteRetry(position: number): void {
    this.#sql.prepare("DELETE FROM job_retries WHERE room = ? AND position = ?").run(this.#sql.room, position);
  }

  failures(): JobFailure[] {
    return this.#sql
      .prepare("SELECT target, error FROM job_failures WHERE room = ? ORDER BY number")
      .all(this.#sql.room)
      .map(({ target, error }) => {
        const name = String(error) as ErrorName; // SAFETY: only addFailure writes it
        return { target: String(target), code: ERRORS[name].code, name };
      });
  }

  addFailure(number: number, target: string, error: ErrorName): void {
    this.#sql
      .prepare("INSERT INTO job_failures (room, number, target, error) VALUES (?, ?, ?, ?)")
      .run(this.#sql.room, number, target, error);
  }

  /** Nobody is called any more. */
  deleteTargets(): void {
    this.#sql.prepare("DELETE FROM job_chunks WHERE room = ?").run(this.#sql.room);
    this.#sql.prepare("DELETE FROM job_retries WHERE room = ?").run(this.#sql.room);
  }

  deleteAll(): void {
    this.deleteTargets();
    this.#sql.prepare("DELETE FROM job_failures WHERE room = ?").run(this.#sql.room);
    this.#sql.prepare("DELETE FROM job_states WHERE room = ?").run(this.#sql.room);
    this.#sql.prepare("DELETE FROM job_gatherings WHERE room = ?").run(this.#sql.room);
    this.#sql.prepare("DELETE FROM job_orders WHERE room = ?").run(this.#sql.room);
  }
}

function orderOf(row: SqlRow): Order {
  const job = JSON.parse(String(row.job)) as Job; // SAFETY: only create writes it
  return { job, digest: Number(row.digest), total: Number(row.total), createdAt: Number(row.created_at) };
}

function foundOf(row: SqlRow): Found {
  return { shard: Number(row.shard), after: String(row.after), total: Number(row.total) };
}

function stateOf(row: SqlRow): State {
  const kind = String(row.phase) as Phase["kind"]; // SAFETY: only putState writes it
  const phase = kind === "done" || kind === "cancelled" ? { kind, endedAt: Number(row.ended_at) } : { kind };
  return { cursor: Number(row.cursor), done: Number(row.done), failed: Number(row.failed), phase };
}
