import { beforeEach, describe, expect, it } from "vitest";
import { inParallel } from "../../in-parallel.ts";
import { Breaker } from "./breaker.ts";
import { Pacer } from "./pacer.ts";

let nowMs = 0;
const clock = { nowMs: () => nowMs };
beforeEach(() => {
  nowMs = 1_000_000;
});

describe("a breaker", () => {
  let breaker: Breaker;
  beforeEach(() => {
    // Pauses without their random part.
    breaker = new Breaker({ clock, random: () => 1 });
  });
  const fail = (times: number) => {
    for (let n = 0; n < times; n += 1) breaker.failed();
  };

  it("lets everything pass until five requests in a row have failed", () => {
    fail(4);
    expect(breaker.admit()).toBe(0);
    breaker.answered();
    fail(4);
    expect(breaker.admit()).toBe(0);
    breaker.failed();
    expect(breaker.admit()).toBe(5_000);
  });

  it("then lets one request find out, and others wait for it", () => {
    fail(5);
    nowMs += 4_999;
    expect(breaker.admit()).toBe(1);
    nowMs += 1;
    expect([breaker.pauseMs(), breaker.admit(), breaker.admit()]).toEqual([0, 0, 1_000]);
    breaker.answered();
    expect(breaker.admit()).toBe(0);
    fail(4);
    expect(breaker.admit()).toBe(0);
  });

  it("waits longer every time, up to a minute", () => {
    fail(5);
    const pauses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      pauses.push(breaker.pauseMs());
      nowMs += breaker.pauseMs();
      expect(breaker.admit()).toBe(0);
      breaker.failed();
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it("opens at once when told that the next would fail alike", () => {
    breaker.trip();
    expect(breaker.admit()).toBe(5_000);
    breaker.trip();
    expect(breaker.admit()).toBe(5_000);
    nowMs += 5_000;
    expect(breaker.admit()).toBe(0);
    breaker.trip();
    expect(breaker.admit()).toBe(10_000);
  });

  it("closes with an answer that comes late, and does not open again for a failure that does", () => {
    fail(5);
    fail(1);
    expect(breaker.pauseMs()).toBe(5_000);
    breaker.answered();
    expect(breaker.admit()).toBe(0);
  });

  it("does not wait for a probe that is lost", () => {
    fail(5);
    nowMs += 5_000;
    expect(breaker.admit()).toBe(0);
    nowMs += 30_000;
    expect(breaker.admit()).toBe(0);
  });

  it("is not held up by a clock that is set back", () => {
    fail(5);
    nowMs -= 86_400_000;
    expect(breaker.admit()).toBe(0);
  });
});

describe("a pacer", () => {
  it("spaces requests evenly, without saving up what was not used", () => {
    const pacer = new Pacer(10, clock);
    const waits = () => [1, 2, 3].map(() => pacer.book(1_000).waitMs);
    expect(waits()).toEqual([0, 100, 200]);
    nowMs += 5_000;
    expect(waits()).toEqual([0, 100, 200]);
  });

  it("tells how long it would take, and keeps no place, where that is too long", () => {
    const pacer = new Pacer(0.5, clock);
    expect(pacer.book(1_000)).toEqual({ kind: "booked", waitMs: 0 });
    for (let n = 0; n < 3; n += 1) expect(pacer.book(1_000)).toEqual({ kind: "full", waitMs: 2_000 });
    nowMs += 1_500;
    expect(pacer.book(1_000)).toEqual({ kind: "booked", waitMs: 500 });
  });

  it("is not held up by a clock that is set back", () => {
    const pacer = new Pacer(1, clock);
    pacer.book(0);
    nowMs -= 86_400_000;
    expect(pacer.book(0)).toEqual({ kind: "booked", waitMs: 0 });
  });
});

describe("work in parallel", () => {
  it("is all done, and never on more than so many at once", async () => {
    let [busy, most] = [0, 0];
    const done: number[] = [];
    await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (n) => {
      busy += 1;
      most = Math.max(most, busy);
      await Promise.resolve();
      done.push(n);
      busy -= 1;
    });
    expect([most, done.sort()]).toEqual([3, [1, 2, 3, 4, 5, 6, 7]]);
  });
});
