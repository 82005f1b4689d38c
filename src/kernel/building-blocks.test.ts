import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alice, app, chat } from "../../test/sim/names.ts";
import { SimStorage } from "../../test/sim/sim-storage.ts";
import { AppId } from "../protocol/ids.ts";
import { assertNever } from "./assert.ts";
import { backoffMs } from "./backoff.ts";
import { Batcher } from "./batcher.ts";
import { migrateRooms } from "./migrations.ts";
import { addressOf, mailboxRoom, sessionRoom } from "./room-name.ts";
import { TokenBucket } from "./token-bucket.ts";

describe("the batcher", () => {
  it("starts one batch per key, keeps the order, and gathers what arrives meanwhile", () => {
    const batcher = new Batcher<string, number>(3);
    for (const n of [1, 2]) batcher.push("a", n);
    batcher.push("b", 10);
    expect(batcher.start()).toEqual([
      ["a", [1, 2]],
      ["b", [10]],
    ]);
    for (const n of [3, 4, 5, 6]) batcher.push("a", n);
    expect(batcher.start()).toEqual([]);
    batcher.done("a");
    expect(batcher.start()).toEqual([["a", [3, 4, 5]]]);
    batcher.done("a");
    expect(batcher.start()).toEqual([["a", [6]]]);
    batcher.done("a");
    batcher.done("b");
    expect(batcher.start()).toEqual([]);
  });

  it("fails what waits behind a failed batch, and starts anew after it", () => {
    const batcher = new Batcher<string, number>(1);
    for (const n of [1, 2, 3]) batcher.push("a", n);
    batcher.start();
    expect(batcher.fail("a")).toEqual([2, 3]);
    expect(batcher.start()).toEqual([]);
    batcher.push("a", 4);
    expect(batcher.start()).toEqual([["a", [4]]]);
    expect(batcher.fail("unknown")).toEqual([]);
  });

  it("hands out what was never started when it is abandoned", () => {
    const batcher = new Batcher<string, number>(1);
    for (const n of [1, 2]) batcher.push("a", n);
    batcher.start();
    batcher.push("b", 3);
    expect(batcher.abandon()).toEqual([2, 3]);
    batcher.done("a");
    expect(batcher.start()).toEqual([]);
  });

  it("delivers everything once and in order, whatever the interleaving", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("push", "start", "done")), fc.integer({ min: 1, max: 4 }), (steps, max) => {
        const batcher = new Batcher<string, number>(max);
        const out: number[] = [];
        let pushed = 0;
        let inFlight = 0;
        const start = () => {
          for (const [, items] of batcher.start()) {
            inFlight += 1;
            expect(items.length).toBeLessThanOrEqual(max);
            out.push(...items);
          }
          expect(inFlight).toBeLessThanOrEqual(1);
        };
        const done = () => {
          if (inFlight > 0) batcher.done("a");
          inFlight = 0;
        };
        for (const step of steps) {
          if (step === "push") batcher.push("a", ++pushed);
          else if (step === "start") start();
          else done();
        }
        for (let n = 0; n <= pushed; n += 1) {
          done();
          start();
        }
        expect(out).toEqual(Array.from({ length: pushed }, (_, n) => n + 1));
      }),
      { seed: 1 },
    );
  });
});

describe("the backoff", () => {
  const plan = { baseMs: 100, maxMs: 5_000 };

  it("doubles, is capped, and has its upper half random", () => {
    expect([1, 2, 3].map((attempt) => backoffMs(plan, attempt, 0))).toEqual([50, 100, 200]);
    expect([1, 2, 3].map((attempt) => backoffMs(plan, attempt, 0.999999))).toEqual([100, 200, 400]);
    expect([7, 40, 10_000].map((attempt) => backoffMs(plan, attempt, 0))).toEqual([2_500, 2_500, 2_500]);
  });
});

describe("the token bucket", () => {
  it("starts full, refills by the second and tells how long to wait", () => {
    const bucket = new TokenBucket(250, 3, 0);
    expect([0, 0, 0, 0].map((nowMs) => bucket.take(nowMs))).toEqual([0, 0, 0, 4]);
    expect(bucket.take(3)).toBe(1);
    expect(bucket.take(4)).toBe(0);
    expect(bucket.take(4)).toBe(4);
    expect(Array.from({ length: 5 }, () => bucket.take(60_000)).filter((ms) => ms === 0)).toHaveLength(3);
  });

  it("only pauses when the clock goes back", () => {
    const bucket = new TokenBucket(10, 1, 10_000);
    expect(bucket.take(10_000)).toBe(0);
    expect(bucket.take(0)).toBe(100);
    expect(bucket.take(100)).toBe(0);
  });
});

describe("migrations", () => {
  const kind = "session";
  const room = "";

  it("add what is missing, once", () => {
    const storage = new SimStorage();
    const sql = storage.forRoom(room);
    const version = () => sql.prepare("SELECT version FROM room_schema WHERE kind = 'session'").get()?.version;
    const released = Array.from({ length: Number(version()) }, () => "SELECT nothing");
    const scripts = [
      ...released,
      "CREATE TABLE one (a TEXT); CREATE TABLE two (a TEXT)",
      "CREATE TABLE three (a TEXT);",
    ];
    migrateRooms(sql, { kind, scripts });
    migrateRooms(sql, { kind, scripts });
    expect(version()).toBe(scripts.length);
    for (const table of ["one", "two", "three"]) expect(sql.prepare(`SELECT a FROM ${table}`).all()).toEqual([]);
  });

  it("refuse tables that are newer than the code", () => {
    const sql = new SimStorage().forRoom(room);
    expect(() => migrateRooms(sql, { kind, scripts: [] })).toThrow(/deploy newer code/);
  });
});

describe("room names", () => {
  it("say what and whose they are, and never mix tenants", () => {
    expect(addressOf(sessionRoom(app, chat))).toEqual({ kind: "session", app, sessionId: chat });
    expect(addressOf(mailboxRoom(app, alice))).toEqual({ kind: "mailbox", app, userId: alice });
    expect(mailboxRoom(AppId.parse("other"), alice)).not.toBe(mailboxRoom(app, alice));
  });
});

describe("assertNever", () => {
  it("throws what should not be", () => {
    // SAFETY: that is what a value of a newer version would be
    expect(() => assertNever("newer" as never)).toThrow("newer");
  });
});
