import { describe, expect, it } from "vitest";
import { append, text } from "../../../test/sim/asks.ts";
import { freshPack, hotSession, mailboxOf, online, read, say, syncPage } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, dave, pack } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { ERRORS } from "../../protocol/errors.ts";
import { PING_INTERVAL_MS } from "../../protocol/limits.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

const SWEEP_MS = 300_000;

/** Bob has a session with each of three people. */
function threeSessions(): World {
  const world = new World();
  for (const sender of [alice, carol, dave]) {
    append(world, sender, [text(sender)], sessionRoom(app, singleSessionId(sender, bob)));
    world.drain();
  }
  return world;
}

describe("a connection", () => {
  it("M20 gets no entries before it has synced, and every one after it", () => {
    const world = threeSessions();
    const bobs = world.connect(bob);
    append(world, alice, [text("early")]);
    world.drain();
    expect(bobs.frames).toEqual([]);
    expect(syncPage(world, bobs, 0, 2).more).toBe(true);
    append(world, alice, [text("between")]);
    world.drain();
    expect(bobs.entries()).toEqual([]);
    const last = syncPage(world, bobs, 2);
    expect(last.more).toBe(false);
    expect(last.sessions.find(({ last }) => last.packId === "between")).toMatchObject({ unread: 3 });
    append(world, alice, [text("live")]);
    world.drain();
    expect(bobs.entries()).toMatchObject([{ packId: "live" }]);
  });

  it("M20 pages by version, the longest unchanged first, and resumes after the version it has", () => {
    const world = threeSessions();
    const bobs = world.connect(bob);
    const first = syncPage(world, bobs, 0, 2);
    expect(first.sessions.map(({ last }) => last.packId)).toEqual(["alice", "carol"]);
    const second = syncPage(world, bobs, first.version, 2);
    expect(second).toMatchObject({ more: false, sessions: [{ last: { packId: "dave" } }] });
    expect(syncPage(world, bobs, second.version)).toEqual({
      sessions: [],
      version: second.version,
      more: false,
      priority: 0,
    });
    read(world, bobs, 1);
    expect(syncPage(world, bobs, second.version).sessions).toMatchObject([{ readSeqId: 1 }]);
  });

  it("M20 is exactly full with a page of as many sessions as are left", () => {
    const world = threeSessions();
    expect(syncPage(world, world.connect(bob), 0, 3)).toMatchObject({ more: false, priority: 0 });
  });

  it("M21 sees a row that changes while it pages again before the end", () => {
    const world = threeSessions();
    const bobs = world.connect(bob);
    const first = syncPage(world, bobs, 0, 2);
    append(world, alice, [text("again")]);
    world.drain();
    const second = syncPage(world, bobs, first.version, 2);
    expect(second.sessions.map(({ last }) => last.packId)).toEqual(["dave", "again"]);
    expect(second.more).toBe(false);
  });

  it("M22 takes the place of an older one of the same device type, and of no other", () => {
    const world = new World();
    const [old, phone] = [online(world, bob), online(world, bob, { deviceType: "ios" })];
    const alices = online(world, alice);
    const fresh = world.connect(bob, { deviceId: "new-browser" });
    expect(old.frames.at(-1)).toEqual({ type: "kicked", deviceType: "web", deviceId: "new-browser" });
    expect(old.closedWith).toBe(CLOSE.KICKED);
    expect([phone.isOpen, alices.isOpen, fresh.isOpen]).toEqual([true, true, true]);
  });

  it("M23 is closed by the alarm when it was silent for three ping intervals", () => {
    const world = new World();
    const [silent, heard] = [online(world, bob), online(world, bob, { deviceType: "ios" })];
    silent.silentSinceMs = world.nowMs + SWEEP_MS - 3 * PING_INTERVAL_MS;
    world.nowMs += SWEEP_MS;
    world.ringDue();
    expect(silent.isOpen).toBe(true);
    world.nowMs += SWEEP_MS;
    world.ringDue();
    expect([silent.closedWith, heard.isOpen]).toEqual([CLOSE.STALE, true]);
    expect(world.alarms.has(mailboxOf(bob))).toBe(true);
  });

  it("M23 is closed when its token runs out: by the alarm while idle, at once on its next request", () => {
    const world = new World();
    const idle = world.connect(bob, { expiresAtMs: world.nowMs + 1_000 });
    const asking = world.connect(alice, { expiresAtMs: world.nowMs + 1_000 });
    world.nowMs += 1_000;
    world.send(asking, { type: "sync.sessions", packId: freshPack(), since: 0 });
    expect([asking.closedWith, asking.frames]).toEqual([CLOSE.TOKEN_EXPIRED, []]);
    expect(idle.isOpen).toBe(true);
    world.nowMs += SWEEP_MS;
    world.ringDue();
    expect(idle.closedWith).toBe(CLOSE.TOKEN_EXPIRED);
    expect(world.alarms.has(mailboxOf(bob))).toBe(false);
  });

  it("M24 goes on with a new instance as if nothing had happened", () => {
    const world = new World();
    const bobs = online(world, bob);
    append(world, alice, [text("1")]);
    world.quiesce();
    expect(world.flights).toEqual([]);
    world.evict(mailboxOf(bob));
    append(world, alice, [text("2")]);
    world.quiesce();
    expect(bobs.entries().map(({ seqId }) => seqId)).toEqual([1, 2]);
    world.evict(mailboxOf(bob));
    say(world, bobs, "3");
    world.quiesce();
    expect(hotSession(world, bob)).toMatchObject({ lastSeqId: 3, readSeqId: 3, unread: 0 });
    world.evict(mailboxOf(bob));
    world.nowMs += SWEEP_MS;
    world.ringDue();
    expect(bobs.isOpen).toBe(true);
  });

  it("M24 keeps versions rising across instances", () => {
    const world = threeSessions();
    const bobs = world.connect(bob);
    const { version } = syncPage(world, bobs);
    world.crashAll();
    append(world, alice, [text("after")]);
    world.quiesce();
    const again = world.connect(bob);
    expect(syncPage(world, again, version).sessions).toMatchObject([{ last: { packId: "after" } }]);
  });

  it("M20 refuses a page that is too large as any wrong parameter", () => {
    const world = new World();
    const bobs = world.connect(bob);
    world.send(bobs, { type: "sync.sessions", packId: pack("s"), since: 0, limit: 201 });
    expect(bobs.acks("s")).toMatchObject([{ code: ERRORS.BAD_PARAMETER.code }]);
  });
});
