import { beforeEach, describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { dataOf, freshPack, mailboxOf, online, read, say } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, chat } from "../../../test/sim/names.ts";
import { PHONE, PushStage } from "../../../test/sim/pushes.ts";
import { ask, chunk, close, open } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import { pushIdOf } from "../../protocol/push-id.ts";
import type { AppendItem } from "../../protocol/rpc/session-call.ts";

let stage: PushStage;
beforeEach(() => {
  stage = new PushStage();
});

/** Alice says it in the chat; answers with how many jobs that made. They are done. */
function jobsFor(...items: AppendItem[]): number {
  stage.say(() => append(stage.world, alice, items));
  const jobs = stage.jobs();
  for (const { pushId } of jobs) stage.settle(pushId);
  return jobs.length;
}

describe("whether to push", () => {
  it("M164 a user without registrations costs no row and no call", () => {
    const world = new World();
    const laptop = online(world, bob);
    say(world, online(world, alice), "first");
    world.drain();
    world.disconnect(laptop);
    const before = world.storage.rowsWritten;
    append(world, alice, [text("plain")]);
    world.drain();
    const plain = world.storage.rowsWritten - before;
    stage.ask({ type: "device.pushOff" });
    const withStage = () => {
      const start = stage.world.storage.rowsWritten;
      append(stage.world, alice, [text(freshPack())]);
      stage.world.drain();
      return stage.world.storage.rowsWritten - start;
    };
    withStage();
    expect([withStage(), stage.jobs()]).toEqual([plain, []]);
  });

  it("M165 countable messages of others are, and nothing else", () => {
    expect(jobsFor(text("hello"))).toBe(1);
    expect(jobsFor({ ...text("a"), uncounted: true }, { ...text("b"), push: { silent: true } })).toBe(0);
    stage.say(() => append(stage.world, bob, [text("of-bob")]));
    // With his answer he has read what the phone shows.
    expect(stage.take(stage.job()).kind).toBe("withdraw");
    const group = SimGroup.create(stage.world, alice, [bob, carol]);
    stage.world.drain();
    expect(stage.jobs()).toEqual([]);
    stage.ask({ type: "block.add", userId: carol });
    stage.say(() => append(stage.world, carol, [text("of-carol")], group.room));
    expect(stage.jobs()).toEqual([]);
  });

  it("M165 a message that grows is, when it is finished", () => {
    stage.say(() => ask(stage.world, alice, open("Hel")));
    stage.say(() => ask(stage.world, alice, chunk(1, 3, "lo")));
    expect(stage.jobs()).toEqual([]);
    stage.say(() => ask(stage.world, alice, close(1)));
    expect(stage.message(stage.job())).toMatchObject({ body: "Hello", seqId: 1 });
  });

  it("M166 nothing is while a connection is in the foreground and not silent", () => {
    const laptop = online(stage.world, bob, { deviceType: "web" });
    expect(jobsFor(text("a"))).toBe(0);
    const focus = (foreground: boolean) => {
      const packId = freshPack();
      stage.world.send(laptop, { type: "device.focus", packId, foreground });
      expect(dataOf(laptop, packId)).toEqual({});
    };
    focus(false);
    expect(jobsFor(text("b"))).toBe(1);
    focus(true);
    expect(jobsFor(text("c"))).toBe(0);
    laptop.silentSinceMs = stage.world.nowMs - 46_000;
    expect(jobsFor(text("d"))).toBe(1);
    expect(laptop.isOpen).toBe(true);
  });

  it("M167 what went into a dead connection is, when that turns out", () => {
    const laptop = online(stage.world, bob, { deviceType: "web" });
    laptop.silentSinceMs = stage.world.nowMs;
    append(stage.world, alice, [{ ...text("lost"), ttlMs: 3_600_000 }]);
    stage.world.drain();
    expect(stage.jobs()).toEqual([]);
    stage.world.nowMs += 100_000;
    stage.world.ring(mailboxOf(bob));
    stage.world.drain();
    expect(laptop.isOpen).toBe(false);
    expect(stage.message(stage.job())).toMatchObject({ body: "lost", seqId: 1 });
    const next = online(stage.world, bob, { deviceType: "web" });
    next.silentSinceMs = stage.world.nowMs;
    append(stage.world, alice, [text("arrived")]);
    stage.world.drain();
    stage.world.send(next, { type: "msg.received", packId: freshPack(), sessionId: chat, seqId: 2 });
    stage.world.nowMs += 100_000;
    stage.world.ring(mailboxOf(bob));
    stage.world.drain();
    expect([next.isOpen, stage.jobs()]).toEqual([false, []]);
  });

  it("M168 nothing is with `off`, nor in quiet hours, by the user's clock or that of the newest device", () => {
    // 22:13 in UTC, 07:13 in Tokyo.
    expect(new Date(stage.world.nowMs).toISOString()).toContain("T22:13");
    const within = (from: string, to: string, timeZone?: string) => {
      stage.ask({ type: "push.settings", settings: { quiet: { from, to }, timeZone: timeZone ?? null } });
      return jobsFor(text(freshPack())) === 0;
    };
    expect([within("22:00", "07:00"), within("22:13", "22:14"), within("22:14", "22:13")]).toEqual([true, true, false]);
    expect([within("22:00", "07:00", "Asia/Tokyo"), within("07:00", "08:00", "Asia/Tokyo")]).toEqual([false, true]);
    stage.register({ ...PHONE, timeZone: "Asia/Tokyo" });
    stage.world.drain();
    expect([within("22:00", "07:00"), within("22:00", "07:00", "UTC")]).toEqual([false, true]);
    stage.ask({ type: "push.settings", settings: { quiet: null, off: true } });
    expect(jobsFor(text("last"))).toBe(0);
  });

  it("M169 nothing of a muted session is, but mentions", () => {
    expect(jobsFor(text("first"))).toBe(1);
    stage.ask({ type: "session.attr", sessionId: chat, attributes: { mutedUntil: stage.world.nowMs + 60_000 } });
    const mention = (packId: string): AppendItem => ({ ...text(packId), mentions: { users: [bob] } });
    expect(jobsFor(text("a"), mention("b"))).toBe(1);
    stage.ask({ type: "push.settings", settings: { muteMentions: true } });
    expect(jobsFor(mention("c"))).toBe(0);
    stage.world.nowMs += 60_000;
    expect(jobsFor(text("d"))).toBe(1);
  });

  it("M170 one job is for all that waits, and each message is pushed once", () => {
    for (const packId of ["a", "b", "c"]) append(stage.world, alice, [text(packId)]);
    stage.world.drain();
    const first = stage.job();
    expect(first).toMatch(/^main\/bob\//);
    expect(stage.message(first)).toMatchObject({ body: "c", badge: 3 });
    expect(jobsFor(text("d"))).toBe(1);
    stage.world.crashAll();
    expect(stage.take(first)).toEqual({ kind: "nothing" });
    expect(stage.take(pushIdOf(app, bob, 1))).toEqual({ kind: "nothing" });
    const laptop = online(stage.world, bob);
    read(stage.world, laptop, 1);
    stage.world.disconnect(laptop);
    stage.world.drain();
    expect(stage.jobs()).toEqual([]);
  });

  it("M170 its job is put into the queue, however often the process dies before", () => {
    append(stage.world, alice, [text("a")]);
    while (stage.rows("pushes") === 0) stage.world.land(0);
    for (let deaths = 0; deaths < 2; deaths += 1) {
      stage.world.crashAll();
      stage.world.ring(mailboxOf(bob));
    }
    expect(stage.jobs()).toEqual([]);
    stage.world.drain();
    expect(stage.message(stage.job())).toMatchObject({ body: "a" });
  });
});
