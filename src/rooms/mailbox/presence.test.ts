import { beforeEach, describe, expect, it } from "vitest";
import { mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, dave, user } from "../../../test/sim/names.ts";
import { Friends, GRACE_MS, SWEEP_MS, told } from "../../../test/sim/presence.ts";
import { ask, codeOf, rest, tell } from "../../../test/sim/relations.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import type { World } from "../../../test/sim/world.ts";
import { CLOSE } from "../../protocol/close-codes.ts";

let friends: Friends;
let world: World;
let a: SimConnection;
beforeEach(() => {
  friends = new Friends();
  ({ world, a } = friends);
});

describe("coming and going", () => {
  it("M123 is told at once, and after ten seconds; a short absence is none", () => {
    friends.follow(a, bob);
    let bobs = online(world, bob);
    world.drain();
    expect(told(a)).toEqual([`${bob} on`]);
    for (let n = 0; n < 5; n += 1) {
      world.disconnect(bobs);
      friends.pass(GRACE_MS - 1);
      bobs = online(world, bob);
      world.drain();
    }
    friends.pass(GRACE_MS);
    expect([told(a), world.requestsTo(mailboxOf(alice))]).toEqual([[], []]);
    world.disconnect(bobs);
    world.evict(mailboxOf(bob));
    friends.pass(GRACE_MS - 1);
    expect(told(a)).toEqual([]);
    friends.pass(1);
    expect(told(a)).toEqual([`${bob} off`]);
  });

  it("M123 does not wait for longer when the clock is put back", () => {
    const bobs = online(world, bob);
    friends.follow(a, bob);
    world.disconnect(bobs);
    world.nowMs -= 86_400_000;
    world.ring(mailboxOf(bob));
    world.drain();
    expect(told(a)).toEqual([`${bob} off`]);
  });

  it("M127 costs nothing when nobody follows, and two rows and an alarm whoever does", () => {
    const others = Array.from({ length: 100 }, (_, n) => online(world, user(`u${n}`)));
    for (const device of others) tell(world, device, "friend.add", { userId: dave });
    const visits = () => {
      friends.pass(SWEEP_MS);
      return friends.rowsOf(() => friends.visit(dave));
    };
    visits();
    const unfollowed = visits();
    world.disconnect(online(world, dave));
    expect(world.flights).toEqual([]);
    for (const device of others) tell(world, device, "presence.subscribe", { userIds: [dave] });
    for (const device of others) told(device);
    expect(visits()).toBe(unfollowed + 3);
    expect(others.map((device) => told(device))).toEqual(others.map(() => [`${dave} on`]));
    friends.pass(GRACE_MS);
    friends.pass(GRACE_MS);
    expect([world.alarms.get(mailboxOf(dave)), world.flights]).toEqual([undefined, []]);
  });

  it("M129 is remembered after a logout", () => {
    const bobs = online(world, bob);
    friends.follow(a, bob);
    world.nowMs += 7_000;
    const seenAt = world.nowMs;
    tell(world, bobs, "device.logout", {});
    friends.pass(SWEEP_MS);
    const { presences } = tell(world, a, "presence.subscribe", { userIds: [bob] });
    expect(presences).toEqual([{ userId: bob, online: false, lastSeenAt: seenAt }]);
  });

  it("M129 was when a silent connection was last heard", () => {
    const bobs = online(world, bob);
    friends.follow(a, bob);
    world.nowMs += 60_000;
    const heardAt = world.nowMs;
    bobs.silentSinceMs = heardAt;
    friends.pass(SWEEP_MS);
    expect(bobs.closedWith).toBe(CLOSE.STALE);
    expect(a.frames.at(-1)).toMatchObject({ userId: bob, online: false, lastSeenAt: heardAt });
  });
});

describe("news", () => {
  it("M124 reach a follower that could not be told, as it is then", () => {
    friends.follow(a, bob);
    let bobs = online(world, bob);
    const times: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      expect(friends.news(alice)).toHaveLength(1);
      times.push(world.nowMs);
      world.land(0, "lost");
      world.land(0);
      world.nowMs = world.alarms.get(mailboxOf(bob)) ?? 0;
      while (friends.news(alice).length === 0) {
        world.ringDue();
        if (friends.news(alice).length === 0) world.nowMs = world.alarms.get(mailboxOf(bob)) ?? 0;
      }
    }
    const waits = times.slice(1).map((at, n) => at - (times[n] ?? 0));
    expect(waits.at(-1)).toBeGreaterThanOrEqual(8_000);
    world.land(0, "lost");
    world.land(0);
    world.disconnect(bobs);
    rest(world);
    expect(told(a)).toEqual([`${bob} off`]);
    bobs = online(world, bob);
    world.drain();
    expect(told(a)).toEqual([`${bob} on`]);
  });

  it.each(["crash", "evict"] as const)("M124 go on after a %s", (what) => {
    friends.follow(a, bob);
    online(world, bob);
    expect(friends.news(alice)).toHaveLength(1);
    world.land(0, "lost");
    world[what](mailboxOf(bob));
    rest(world);
    expect(told(a)).toEqual(what === "evict" ? [`${bob} on`] : [`${bob} off`]);
  });

  it("M124 are told to 32 followers at once", () => {
    const devices = Array.from({ length: 40 }, (_, n) => online(world, user(`u${n}`)));
    for (const device of devices) {
      tell(world, device, "friend.add", { userId: bob });
      tell(world, device, "presence.subscribe", { userIds: [bob] });
    }
    online(world, bob);
    expect(world.flights).toHaveLength(32);
    world.drain();
    expect(devices.flatMap((device) => told(device))).toEqual(devices.map(() => `${bob} on`));
  });

  it("M125 come when a crash took the connections along", () => {
    online(world, bob);
    friends.follow(a, bob);
    world.crash(mailboxOf(bob));
    friends.pass(SWEEP_MS);
    expect(told(a)).toEqual([`${bob} off`]);
  });

  it("M125 come to all when somebody follows", () => {
    online(world, bob);
    const carols = online(world, carol);
    tell(world, carols, "friend.add", { userId: bob });
    friends.follow(a, bob);
    world.crash(mailboxOf(bob));
    world.nowMs += GRACE_MS;
    expect(friends.follow(carols, bob)).toEqual([`${bob} off`]);
    expect(told(a)).toEqual([`${bob} off`]);
    world.nowMs += SWEEP_MS;
  });

  it("M126 that are older and come late are told to nobody", () => {
    friends.follow(a, bob);
    const bobs = online(world, bob);
    const [late] = friends.news(alice);
    world.drain();
    world.disconnect(bobs);
    friends.pass(GRACE_MS);
    expect(told(a)).toEqual([`${bob} on`, `${bob} off`]);
    if (late !== undefined) world.call(mailboxOf(alice), late);
    expect(told(a)).toEqual([]);
    expect(late).toBeDefined();
  });

  it("M126 overtake an answer, which then tells the newer ones", () => {
    const packId = ask(world, a, "presence.subscribe", { userIds: [bob] });
    world.land(0);
    online(world, bob);
    friends.landFirst("presence");
    expect(told(a)).toEqual([`${bob} on`]);
    world.drain();
    expect(a.acks(packId)).toMatchObject([{ data: { presences: [{ userId: bob, online: true }] } }]);
  });

  it("M126 that come with an answer are told to the user's other connections", () => {
    const phone = online(world, alice, { deviceType: "ios" });
    friends.follow(a, bob);
    online(world, bob);
    const index = () => world.flights.findIndex((one) => one.kind === "request" && one.call.type === "follow");
    const packId = ask(world, phone, "presence.subscribe", { userIds: [bob] });
    world.land(index());
    world.land(world.flights.length - 1);
    expect([told(a), codeOf(phone, packId)]).toEqual([[`${bob} on`], 0]);
    world.drain();
    expect(told(a)).toEqual([]);
  });
});
