import { beforeEach, describe, expect, it } from "vitest";
import { noticesOf, room, SimJob, sale, users } from "../../../test/sim/jobs.ts";
import { World } from "../../../test/sim/world.ts";
import type { RoomCall } from "../../kernel/effects.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Job } from "../../protocol/rpc/job-call.ts";

const DAY_MS = 86_400_000;
const STORED = { ok: true, value: [{ ok: true, value: {} }] } as const;

let job: SimJob;
beforeEach(() => {
  job = new SimJob();
});

function packIdIn(call: RoomCall): string {
  if (call.type !== "append") throw new Error(`not an append: ${call.type}`);
  return String(call.items[0]?.packId);
}

describe("the work of a job", () => {
  it("J3 has at most 64 calls under way, and begins no more of them at one time", () => {
    job.start(users(200));
    expect(job.called()).toHaveLength(64);
    job.world.drain();
    expect([job.called().length, job.progress().done]).toEqual([0, 64]);
    job.ringAlarm();
    expect(job.called()).toHaveLength(64);
    // As on Workers: answers come one by one, at times of their own.
    for (let landed = 0; landed < 400; landed += 1) {
      job.world.nowMs += 1;
      if (job.world.flights.length > 0) job.world.land(0);
      expect(job.called().length).toBeLessThanOrEqual(64);
    }
    expect(job.work().done).toBe(200);
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 200]]));
  });

  it("J4 asks 10 000 users, each of them for the same one message, through crashes of everything", () => {
    const asked = new Map<string, Set<string>>();
    job.start(users(10_000));
    for (let step = 1; job.progress().finishedAt === undefined; step += 1) {
      const [flight] = job.world.flights;
      if (flight === undefined) job.ringAlarm();
      else if (flight.kind === "reply") job.world.land(0);
      else {
        asked.set(flight.to, (asked.get(flight.to) ?? new Set()).add(packIdIn(flight.call as RoomCall))); // SAFETY: a job calls rooms only
        job.world.answer(0, STORED);
      }
      if (step % 4_001 === 0) job.world.crashAll();
    }
    expect(job.progress()).toMatchObject({ state: "done", total: 10_000, done: 10_000, failed: 0 });
    expect([...asked.keys()].sort()).toEqual(users(10_000).map(noticesOf).sort());
    expect([...asked.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set([...asked.values()].flatMap((packIds) => [...packIds])).size).toBe(10_000);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("J4 loses and doubles nothing when calls get lost and rooms die (%i)", (seed) => {
    job = new SimJob(new World({ seed }));
    const { world } = job;
    job.start(users(150));
    let told = 0;
    for (let step = 0; step < 600; step += 1) {
      const dice = world.random();
      if (dice < 0.01) world.crash(room);
      else if (dice < 0.02) world.evict(room);
      else if (dice < 0.05 || world.flights.length === 0) job.ringAlarm();
      else world.land(Math.floor(world.random() * world.flights.length), world.random() < 0.1 ? "lost" : "arrives");
      const { done } = job.progress();
      expect(done).toBeGreaterThanOrEqual(told);
      told = done;
    }
    expect(job.work()).toMatchObject({ state: "done", done: 150, failed: 0 });
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 150]]));
    expect(world.faults).toEqual([]);
  });

  it("J5 goes on without targets that are down, and comes back to them", () => {
    const down = users(200).filter((_, index) => index % 50 === 0);
    job.start(users(200));
    const before = job.work({ down, alarms: 40 });
    expect(before).toMatchObject({ state: "running", done: 196, failed: 0 });
    expect(job.world.nowMs).toBeGreaterThan(before.createdAt + 60_000);
    job.world.crashAll();
    job.ringAlarm();
    expect(job.work()).toMatchObject({ state: "done", done: 200, failed: 0 });
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 200]]));
  });

  it("J5 calls a target again after growing pauses", () => {
    const [slow, quick] = users(2) as [UserId, UserId]; // SAFETY: two users
    job.start([slow, quick]);
    const callsAt: number[] = [];
    while (callsAt.length < 8) {
      if (job.called().includes(noticesOf(slow))) callsAt.push(job.world.nowMs);
      expect(job.work({ down: [slow], alarms: 0 }).done).toBe(1);
      job.ringAlarm();
    }
    const pauses = callsAt.slice(1).map((atMs, index) => atMs - Number(callsAt[index]));
    pauses.forEach((pauseMs, index) => {
      expect(pauseMs).toBeGreaterThanOrEqual(250 * 2 ** index);
      expect(pauseMs).toBeLessThanOrEqual(500 * 2 ** index + 1);
    });
    // A clock that is put back makes no pause longer.
    job.work({ down: [slow], alarms: 0 });
    job.world.nowMs -= 10 * DAY_MS;
    job.world.ring(room);
    expect(job.called()).toEqual([noticesOf(slow)]);
  });

  it("J6 calls no further targets while 256 wait", () => {
    job.start(users(600));
    for (let landed = 0; landed < 1_500; landed += 1) {
      if (job.world.flights.length === 0) job.ringAlarm();
      else job.world.land(0, "lost");
    }
    const waiting = job.rows("SELECT 1 FROM job_retries").length;
    expect(waiting).toBeGreaterThanOrEqual(256);
    expect(waiting).toBeLessThan(256 + 64);
    while (job.progress().finishedAt === undefined) {
      const [flight] = job.world.flights;
      if (flight === undefined) job.ringAlarm();
      else if (flight.kind === "reply") job.world.land(0);
      else job.world.answer(0, STORED);
    }
    expect(job.progress()).toMatchObject({ state: "done", done: 600, failed: 0 });
  });

  it("J7 counts refusals, and keeps the first hundred with their code", () => {
    const empty: Job = { ...sale, message: { contentType: 1, content: "" } };
    job.start(users(150), empty);
    const { failures, ...ended } = job.work();
    expect(ended).toMatchObject({ state: "done", total: 150, done: 0, failed: 150 });
    expect(failures).toEqual(users(100).map((target) => ({ target, code: 40, name: "TOO_SHORT" })));
  });

  it("J7 gives up what could not be called for a day", () => {
    const [lost] = users(1) as [UserId]; // SAFETY: one user
    job.start(users(3));
    const ended = job.work({ down: [lost] });
    expect(ended).toMatchObject({
      state: "done",
      done: 2,
      failed: 1,
      failures: [{ target: lost, name: "UNAVAILABLE" }],
    });
    expect(ended.finishedAt).toBeGreaterThanOrEqual(ended.createdAt + DAY_MS);
    expect(ended.finishedAt).toBeLessThan(ended.createdAt + DAY_MS + 120_000);
  });
});
