import { beforeEach, describe, expect, it } from "vitest";
import { list } from "../../../test/sim/directory.ts";
import { noticesOf, room, SimJob, sale, shop, users } from "../../../test/sim/jobs.ts";
import { app, user } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { UserId } from "../../protocol/ids.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

let job: SimJob;
beforeEach(() => {
  job = new SimJob();
});

/** Whom the job has found so far, in the order in which they will be called. */
function found(): string[] {
  const rows = job.rows("SELECT targets FROM job_chunks ORDER BY chunk");
  return rows.flatMap(({ targets }) => JSON.parse(String(targets)) as string[]); // SAFETY: a JSON array of targets
}

/** Until all are found. */
function gather(): void {
  while (job.progress().state === "gathering") {
    if (job.world.flights.length === 0) job.ringAlarm();
    else job.world.land(0);
  }
}

describe("a job for everybody", () => {
  it("J40 calls nobody before all are found, and then each once", () => {
    list(job.world, users(3_000));
    expect(job.start("all")).toMatchObject({ state: "gathering", total: 0, done: 0 });
    while (job.progress().state === "gathering") {
      expect(job.called().filter((one) => !one.includes("/directory/"))).toEqual([]);
      if (job.world.flights.length === 0) job.ringAlarm();
      else job.world.land(0);
    }
    expect(found().sort()).toEqual(users(3_000).sort());
    expect(job.work()).toMatchObject({ state: "done", total: 3_000, done: 3_000, failed: 0 });
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 3_000]]));
  });

  it("J40 is done where there is nobody", () => {
    job.start("all");
    expect(job.work()).toMatchObject({ state: "done", total: 0, done: 0 });
  });

  it("J40 finds those who were there when it started, whoever comes and goes meanwhile", () => {
    list(job.world, users(2_000));
    job.start("all");
    for (let index = 0; job.progress().state === "gathering"; index += 1) {
      list(job.world, [user(`late-${index}`)]);
      if (job.world.flights.length === 0) job.ringAlarm();
      else job.world.land(0);
    }
    const targets = found();
    expect(new Set(targets).size).toBe(targets.length);
    expect(targets).toEqual(expect.arrayContaining(users(2_000)));
    expect(targets.length).toBeGreaterThan(2_000);
  });

  it("J41 asks for few pages at one time, and writes two rows for each", () => {
    list(job.world, users(5_000));
    job.start("all");
    const pages = () => job.rows("SELECT count(*) AS n FROM job_chunks")[0]?.n;
    job.world.drain();
    expect(job.called()).toEqual([]);
    const { total } = job.progress();
    expect(total).toBeGreaterThan(500);
    expect(total).toBeLessThanOrEqual(2_000);
    const before = job.world.storage.rowsWritten;
    gather();
    expect(pages()).toBe(10);
    // 26 pages at most, as each shard has one that ends it, and an alarm for every four.
    expect(job.world.storage.rowsWritten - before).toBeLessThanOrEqual(26 * 2 + 20);
    expect(found()).toHaveLength(5_000);
  });

  it.each([1, 2, 3, 4, 5, 6])("J42 leaves out and doubles nobody when calls get lost and rooms die (%i)", (seed) => {
    job = new SimJob(new World({ seed }));
    const { world } = job;
    list(world, users(1_500));
    job.start("all");
    let [total, deaths] = [0, 0];
    while (job.progress().state === "gathering") {
      const dice = world.random();
      if (dice < 0.2) deaths += 1;
      if (dice < 0.1) world.crashAll();
      else if (dice < 0.2) world.evict(room);
      else if (dice < 0.3 || world.flights.length === 0) job.ringAlarm();
      else world.land(Math.floor(world.random() * world.flights.length), world.random() < 0.3 ? "lost" : "arrives");
      expect(job.progress().total).toBeGreaterThanOrEqual(total);
      total = job.progress().total;
    }
    expect(deaths).toBeGreaterThan(5);
    expect(found().sort()).toEqual(users(1_500).sort());
    world.crashAll();
    job.ringAlarm();
    expect(job.work()).toMatchObject({ state: "done", total: 1_500, done: 1_500, failed: 0 });
    expect(job.sessionsByMessages()).toEqual(new Map([[1, 1_500]]));
    expect(world.faults).toEqual([]);
  });

  it("J42 asks a shard that is down again after growing pauses", () => {
    list(job.world, users(10));
    job.start("all");
    const askedAt: number[] = [];
    while (askedAt.length < 6) {
      if (job.called().length > 0) askedAt.push(job.world.nowMs);
      while (job.world.flights.length > 0) job.world.land(0, "lost");
      job.ringAlarm();
    }
    const pauses = askedAt.slice(1).map((atMs, index) => atMs - Number(askedAt[index]));
    pauses.forEach((pauseMs, index) => {
      expect(pauseMs).toBeGreaterThanOrEqual(250 * 2 ** index);
      expect(pauseMs).toBeLessThanOrEqual(500 * 2 ** index + 1);
    });
    expect(job.work()).toMatchObject({ state: "done", done: 10 });
  });

  it("J43 says how many it has found, and then how far it is", () => {
    list(job.world, users(2_500));
    job.start("all");
    const totals = new Set<number>();
    while (job.progress().state === "gathering") {
      const { total, done } = job.progress();
      totals.add(total);
      expect(done).toBe(0);
      if (job.world.flights.length === 0) job.ringAlarm();
      else job.world.land(0);
    }
    expect([...totals]).toEqual([...totals].sort((a, b) => a - b));
    expect(totals.size).toBeGreaterThan(10);
    expect(job.progress()).toMatchObject({ state: "queued", total: 2_500 });
    const { finishedAt } = job.work();
    job.world.crashAll();
    expect(job.progress()).toMatchObject({ state: "done", total: 2_500, finishedAt });
  });

  it("J44 that is cancelled before has called nobody, through a crash as well", () => {
    list(job.world, users(5_000));
    job.start("all");
    job.world.drain();
    const { total } = job.progress();
    job.ringAlarm();
    const cancelled = job.cancel();
    expect(cancelled).toMatchObject({ state: "cancelled", total, done: 0, finishedAt: job.world.nowMs });
    job.world.drain();
    job.world.crashAll();
    job.world.nowMs += 60_000;
    job.world.ring(room);
    job.world.drain();
    expect(job.progress()).toEqual(cancelled);
    expect(found()).toEqual([]);
    expect(job.sessionsByMessages()).toEqual(new Map());
  });

  it("J45 is found by a repeated start, and not by one for some", () => {
    list(job.world, users(3));
    job.start("all");
    list(job.world, [user("late")]);
    expect(job.start("all")).toMatchObject({ state: "gathering" });
    const done = job.work();
    list(job.world, [user("later")]);
    expect(job.start("all")).toEqual(done);
    const some = job.world.call(room, { type: "start", job: sale, targets: users(3) });
    expect(some).toMatchObject({ error: "PACK_CONFLICT" });
  });

  it("J20 sends a notice to everybody", () => {
    list(job.world, [shop, ...users(2)]);
    job.start("all");
    job.work();
    const rooms = job.rows("SELECT room FROM entries").map(({ room: one }) => String(one));
    expect(rooms.sort()).toEqual([shop, ...users(2)].map(noticesOf).sort());
  });

  it("J21 sends a broadcast to everybody but its sender, in their single chats", () => {
    const [first, second] = users(2) as [UserId, UserId]; // SAFETY: two users
    list(job.world, [shop, first, second]);
    job.start("all", { kind: "broadcast", sender: shop, message: { contentType: 1, content: "we move" } });
    expect(job.work()).toMatchObject({ kind: "broadcast", state: "done", total: 2, done: 2 });
    const rooms = job.rows("SELECT room FROM entries").map(({ room: one }) => String(one));
    expect(rooms.sort()).toEqual([first, second].map((one) => sessionRoom(app, singleSessionId(shop, one))).sort());
  });
});
