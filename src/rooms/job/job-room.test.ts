import { beforeEach, describe, expect, it } from "vitest";
import { jobId, room, SimJob, sale, shop, users } from "../../../test/sim/jobs.ts";
import { hotSession } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob } from "../../../test/sim/names.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { Job } from "../../protocol/rpc/job-call.ts";
import { noticeSessionId, singleSessionId } from "../../protocol/session-id.ts";

const WEEK_MS = 7 * 86_400_000;
const TABLES = ["job_orders", "job_states", "job_chunks", "job_retries", "job_failures", "job_gatherings"];

let job: SimJob;
beforeEach(() => {
  job = new SimJob();
});

describe("a job", () => {
  it("J1 takes each different target once, and works by itself", () => {
    const createdAt = job.world.nowMs;
    const counts = { kind: "notice", total: 3, failed: 0, failures: [], createdAt };
    expect(job.start(["u0", "u1", "u0", "u2"])).toEqual({ ...counts, state: "queued", done: 0 });
    job.world.drain();
    expect(job.progress()).toEqual({ ...counts, state: "done", done: 3, finishedAt: createdAt });
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 3]]));
  });

  it("J2 is found by a repeated start, and not by another one", () => {
    job.start(["u0", "u1"]);
    const done = job.work();
    expect(job.start(["u0", "u1"])).toEqual(done);
    job.world.evict(room);
    expect(job.start(["u0", "u1"])).toEqual(done);
    const other: Job = { ...sale, message: { contentType: 1, content: "another" } };
    const conflict = { ok: false, error: "PACK_CONFLICT" };
    expect(job.world.call(room, { type: "start", job: sale, targets: ["u0"] })).toMatchObject(conflict);
    expect(job.world.call(room, { type: "start", job: other, targets: ["u0", "u1"] })).toMatchObject(conflict);
    expect(job.work()).toEqual(done);
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 2]]));
  });

  it("J8 is queued, then running, then done, or does not exist", () => {
    expect(job.world.call(room, { type: "progress" })).toMatchObject({ ok: false, error: "NO_SUCH_JOB" });
    expect(job.world.call(room, { type: "cancel" })).toMatchObject({ ok: false, error: "NO_SUCH_JOB" });
    job.start(users(100));
    expect(job.progress().state).toBe("queued");
    job.world.drain();
    expect(job.progress()).toMatchObject({ state: "running", done: 64 });
    const { finishedAt } = job.work();
    expect(job.progress()).toMatchObject({ state: "done", done: 100, finishedAt });
  });

  it("J9 begins nothing after it was cancelled, and counts what was under way", () => {
    job.start(users(1_000));
    job.world.drain();
    job.ringAlarm();
    expect(job.cancel()).toMatchObject({ state: "cancelled", done: 64 });
    expect(job.cancel().finishedAt).toBeUndefined();
    job.world.drain();
    const ended = { state: "cancelled", total: 1_000, done: 128, finishedAt: job.world.nowMs };
    expect(job.progress()).toMatchObject(ended);
    expect(job.cancel()).toMatchObject(ended);
    job.world.nowMs += 60_000;
    job.world.ring(room);
    job.world.drain();
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 128]]));
  });

  it("J9 ends after a crash as well", () => {
    job.start(users(1_000));
    job.cancel();
    job.world.crashAll();
    job.ringAlarm();
    expect(job.progress()).toMatchObject({ state: "cancelled", done: 0, finishedAt: job.world.nowMs });
  });

  it("J9 stays done", () => {
    job.start(users(3));
    const done = job.work();
    expect(job.cancel()).toEqual(done);
  });

  it("J10 keeps its result for a week, and then no row", () => {
    job.start(users(3));
    const done = job.work();
    expect(job.rows("SELECT 1 FROM job_chunks")).toEqual([]);
    job.world.nowMs += WEEK_MS - 1;
    job.world.ring(room);
    expect(job.progress()).toEqual(done);
    job.ringAlarm();
    expect(TABLES.flatMap((table) => job.rows(`SELECT * FROM ${table}`))).toEqual([]);
    expect(job.world.alarms.has(room)).toBe(false);
    expect(job.world.call(room, { type: "progress" })).toMatchObject({ error: "NO_SUCH_JOB" });
    job.start(users(3));
    expect(job.work()).toMatchObject({ state: "done", done: 3 });
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 3]]));
  });

  it("J11 writes one row for many targets, and an alarm", () => {
    job.start(users(1_000));
    expect(job.rows("SELECT 1 FROM job_chunks")).toHaveLength(2);
    const before = job.world.storage.rowsWritten;
    for (let bursts = 0; bursts < 10; bursts += 1) {
      while (job.called().length > 0) job.world.answer(0, { ok: true, value: [{ ok: true, value: {} }] });
      job.world.drain();
      job.ringAlarm();
    }
    expect(job.progress().done).toBe(640);
    expect(job.world.storage.rowsWritten - before).toBeLessThanOrEqual(30);
  });
});

it("J20 a notice reaches its users as a counted message of the sender", () => {
  const content = { url: "https://example.org/a.png" };
  const message = { contentType: 100, content, priority: "high", ttlMs: 60_000 } as const;
  job.start([alice], { kind: "notice", sender: shop, message });
  job.world.drain();
  const hot = hotSession(job.world, alice, noticeSessionId(app, alice));
  expect(hot).toMatchObject({ unread: 1, last: { from: shop, priority: "high", content } });
  const expiresAt = job.world.nowMs + 60_000;
  expect(hot?.last).toMatchObject({ packId: expect.stringMatching(`^${jobId}\\.`), expiresAt });
});

it("J21 a broadcast reaches each session that its sender may write in, once", () => {
  const [toAlice, toBob, foreign] = [
    singleSessionId(shop, alice),
    singleSessionId(shop, bob),
    singleSessionId(alice, bob),
  ];
  const broadcast = { kind: "broadcast", sender: shop, message: { contentType: 1, content: "we move" } } as const;
  job.start([toAlice, foreign, toBob, toAlice], broadcast);
  const progress = job.work();
  const failures = [{ target: foreign, code: ERRORS.ACCESS_DENIED.code, name: "ACCESS_DENIED" }];
  expect(progress).toMatchObject({ kind: "broadcast", state: "done", total: 3, done: 2, failed: 1, failures });
  expect(job.sessionsByMessages()).toEqual(new Map([[1, 2]]));
  const hot = hotSession(job.world, alice, toAlice);
  expect(hot).toMatchObject({ unread: 1, last: { from: shop, content: "we move" } });
});
