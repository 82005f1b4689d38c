import { beforeEach, expect, it } from "vitest";
import { mailboxOf } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { pushTokenRoom } from "../../kernel/room-name.ts";
import type { UserId } from "../../protocol/ids.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

const tokenId = "0123456789ABCDEFGHJKMNPQRS";
const room = pushTokenRoom(app, tokenId);

let world: World;
beforeEach(() => {
  world = new World();
});

const claim = (userId: UserId, version: number) =>
  unwrap(world.call(room, { type: "pushToken.claim", userId, version }));
const owner = () => unwrap(world.call(room, { type: "pushToken.owner" }));
const told = () => world.requestsTo("/mailbox/");

it("P1 the token is the user's who claimed it last, also after a crash", () => {
  claim(alice, 7);
  claim(bob, 1);
  world.crashAll();
  expect(owner()).toEqual({ userId: bob });
  claim(alice, 8);
  expect(owner()).toEqual({ userId: alice });
});

it("P2 a claim that is repeated, or comes late, changes nothing", () => {
  claim(alice, 7);
  claim(bob, 1);
  world.crashAll();
  for (const version of [7, 6]) claim(alice, version);
  expect([owner(), told()]).toEqual([{ userId: bob }, []]);
});

it("P3 whom it is taken from is told up to which registration, until they have answered", () => {
  claim(alice, 7);
  claim(bob, 1);
  expect(world.flights).toMatchObject([{ to: mailboxOf(alice) }]);
  expect(told()).toEqual([{ type: "push.unclaim", tokenId, version: 7 }]);
  world.crashAll();
  world.ring(room);
  expect(told()).toEqual([{ type: "push.unclaim", tokenId, version: 7 }]);
  world.drain();
  world.ring(room);
  expect(world.flights).toEqual([]);
});

it("P4 nobody is told when the owner claims it again", () => {
  claim(alice, 7);
  claim(alice, 9);
  expect(world.flights).toEqual([]);
  claim(carol, 1);
  expect(told()).toEqual([{ type: "push.unclaim", tokenId, version: 9 }]);
});

it("P5 says whose it is, and that it is nobody's", () => {
  expect(owner()).toBeNull();
  claim(carol, 1);
  expect(owner()).toEqual({ userId: carol });
});
