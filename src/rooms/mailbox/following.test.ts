import { beforeEach, describe, expect, it } from "vitest";
import { freshPack, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, dave, user } from "../../../test/sim/names.ts";
import { Friends, GRACE_MS, told } from "../../../test/sim/presence.ts";
import { ask, codeOf, refusedCode, rest, tell } from "../../../test/sim/relations.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { ERRORS } from "../../protocol/errors.ts";
import { MAX_FOLLOWED, MAX_USERS_AT_ONCE } from "../../protocol/limits.ts";

let friends: Friends;
let world: World;
let a: SimConnection;
beforeEach(() => {
  friends = new Friends();
  ({ world, a } = friends);
});

describe("following", () => {
  it("M120 tells how friends are now, and of nobody else", () => {
    const bobs = online(world, bob);
    expect(friends.follow(a, carol, bob, dave, alice, bob)).toEqual([`${carol} off`, `${bob} on`]);
    tell(world, bobs, "block.add", { userId: alice });
    expect(friends.follow(a, bob, carol)).toEqual([`${carol} off`]);
    tell(world, bobs, "block.remove", { userId: alice });
    tell(world, a, "block.add", { userId: carol });
    expect(friends.follow(a, bob, carol)).toEqual([`${bob} on`]);
    expect(friends.rowsOf(() => friends.follow(a, bob))).toBe(0);
  });

  it("M120 answers a visit, which follows nobody", async () => {
    online(world, bob);
    const state = {
      phase: "visiting",
      userId: alice,
      deviceId: "",
      deviceType: "web",
      tokenId: "",
      issuedAtMs: 0,
      expiresAtMs: Number.MAX_SAFE_INTEGER,
    } as const;
    const visit = (type: "presence.subscribe" | "presence.unsubscribe") => {
      const answer = world.ask(mailboxOf(alice), state, { type, packId: freshPack(), userIds: [bob, carol] });
      world.drain();
      return answer;
    };
    let answer: unknown;
    expect(friends.rowsOf(() => (answer = visit("presence.subscribe")))).toBe(0);
    expect(await answer).toMatchObject({ value: { presences: [{ online: true }, { online: false }] } });
    friends.follow(a, carol);
    expect(await visit("presence.unsubscribe")).toMatchObject({ ok: true });
    friends.visit(carol);
    expect(told(a)).toEqual([`${carol} on`]);
  });

  it("M120 is not for who only asked to be a friend", () => {
    const strict = new World();
    const [one, other] = [online(strict, alice), online(strict, bob)];
    tell(strict, one, "friend.add", { userId: bob });
    expect(tell(strict, one, "presence.subscribe", { userIds: [bob] })).toEqual({ presences: [] });
    expect(tell(strict, other, "presence.subscribe", { userIds: [alice] })).toEqual({ presences: [] });
  });

  it("M121 tells each connection that follows, and no other", () => {
    const phone = online(world, alice, { deviceType: "ios" });
    const tablet = online(world, alice, { deviceType: "android" });
    friends.follow(a, bob, carol);
    friends.follow(phone, carol);
    for (const device of [a, phone, tablet]) told(device);
    world.evict(mailboxOf(alice));
    const bobs = online(world, bob);
    world.drain();
    expect([told(a), told(phone), told(tablet)]).toEqual([[`${bob} on`], [], []]);
    online(world, carol);
    world.drain();
    expect([told(a), told(phone), told(tablet)]).toEqual([[`${carol} on`], [`${carol} on`], []]);
    online(world, bob, { deviceType: "ios" });
    world.disconnect(bobs);
    friends.pass(GRACE_MS);
    expect(told(a)).toEqual([]);
  });

  it("M121 says when a friend was last seen", () => {
    const bobs = online(world, bob);
    friends.follow(a, bob);
    world.nowMs += 5_000;
    world.disconnect(bobs);
    const leftAt = world.nowMs;
    friends.pass(GRACE_MS);
    expect(a.frames.at(-1)).toEqual({ type: "presence", userId: bob, online: false, lastSeenAt: leftAt });
    world.nowMs += 60_000;
    const { presences } = tell(world, a, "presence.subscribe", { userIds: [bob, carol] });
    expect(presences).toEqual([
      { userId: bob, online: false, lastSeenAt: leftAt },
      { userId: carol, online: false, lastSeenAt: 0 },
    ]);
  });

  it("M128 has a limit per connection", () => {
    const others = Array.from({ length: MAX_FOLLOWED + 1 }, (_, n) => user(`u${n}`));
    const stance = { wants: 1, direct: true, voids: 0, version: 1 };
    for (const from of others) world.call(mailboxOf(alice), { type: "stance", from, stance });
    for (let n = 0; n < MAX_FOLLOWED; n += MAX_USERS_AT_ONCE)
      friends.follow(a, ...others.slice(n, n + MAX_USERS_AT_ONCE));
    const last = { userIds: others.slice(MAX_FOLLOWED) };
    expect(refusedCode(world, a, "presence.subscribe", last)).toBe(ERRORS.LIMIT_REACHED.code);
    expect(refusedCode(world, online(world, alice, { deviceType: "ios" }), "presence.subscribe", last)).toBe(0);
    tell(world, a, "presence.unsubscribe", { userIds: others.slice(0, 1) });
    expect(refusedCode(world, a, "presence.subscribe", last)).toBe(0);
  });

  it("M128 fails as a whole when somebody cannot be asked, or the instance is dropped", () => {
    const lost = ask(world, a, "presence.subscribe", { userIds: [bob, carol] });
    world.land(0, "lost");
    world.drain();
    const dropped = ask(world, a, "presence.subscribe", { userIds: [bob] });
    world.evict(mailboxOf(alice));
    world.drain();
    expect([lost, dropped].map((packId) => codeOf(a, packId))).toEqual(Array(2).fill(ERRORS.UNAVAILABLE.code));
    expect(friends.follow(a, bob, carol)).toHaveLength(2);
  });
});

describe("the end of following", () => {
  /** Whether anything is said to Alice's mailbox, the second time as well, when Bob comes. */
  const calls = () =>
    [0, 1].map(() => {
      const bobs = online(world, bob);
      const { length } = friends.news(alice);
      world.drain();
      world.disconnect(bobs);
      friends.pass(GRACE_MS);
      return length;
    });

  it("M122 comes with the connection's, and another one begins anew", () => {
    friends.follow(a, bob);
    world.disconnect(a);
    const again = online(world, alice);
    expect(calls()).toEqual([1, 0]);
    expect(told(again)).toEqual([]);
    friends.follow(again, bob);
    const replacing = online(world, alice);
    world.disconnect(again);
    friends.visit(bob);
    expect(told(replacing)).toEqual([]);
  });

  it("M122 comes with that of one that a newer one replaced, but not when its end is late", () => {
    const newer = online(world, alice);
    expect(a.closedWith).toBe(CLOSE.KICKED);
    friends.follow(newer, bob);
    a.isOpen = true;
    world.disconnect(a);
    friends.visit(bob);
    expect(told(newer)).toEqual([`${bob} on`]);
  });

  it("M122 comes with `presence.unsubscribe`", () => {
    friends.follow(a, bob, carol);
    tell(world, a, "presence.unsubscribe", { userIds: [bob, dave] });
    expect(calls()).toEqual([1, 0]);
    friends.visit(carol);
    expect(told(a)).toEqual([`${carol} on`]);
  });

  it.each([
    ["the friendship, by the one", () => tell(world, a, "friend.remove", { userId: bob })],
    ["the friendship, by the other", () => tell(world, online(world, bob), "friend.remove", { userId: alice })],
    ["a block by the one", () => tell(world, a, "block.add", { userId: bob })],
    ["a block by the other", () => tell(world, online(world, bob), "block.add", { userId: alice })],
  ] as const)("M122 comes with %s, and stays when they are friends again", (_, end) => {
    friends.follow(a, bob);
    end();
    rest(world);
    told(a);
    const bobs = online(world, bob);
    for (const [device, userId] of [
      [a, bob],
      [bobs, alice],
    ] as const) {
      tell(world, device, "block.remove", { userId });
      tell(world, device, "friend.add", { userId });
    }
    world.disconnect(bobs);
    friends.pass(GRACE_MS);
    friends.visit(bob);
    expect(told(a)).toEqual([]);
    online(world, bob);
    expect(friends.follow(a, bob)).toEqual([`${bob} on`]);
  });

  it("M122 is kept by who asks anew while they are forgotten", () => {
    friends.follow(a, bob);
    tell(world, a, "presence.unsubscribe", { userIds: [bob] });
    const bobs = online(world, bob);
    friends.landFirst("presence");
    const packId = ask(world, a, "presence.subscribe", { userIds: [bob] });
    friends.landFirst("follow");
    world.drain();
    expect(codeOf(a, packId)).toBe(0);
    told(a);
    world.disconnect(bobs);
    friends.pass(GRACE_MS);
    expect(told(a)).toEqual([`${bob} off`]);
  });
});
