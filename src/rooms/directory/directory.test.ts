import { beforeEach, describe, expect, it } from "vitest";
import { alice, app, bob, carol, user } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { directoryRoom, directoryRooms } from "../../kernel/room-name.ts";
import type { AppId } from "../../protocol/ids.ts";
import type { DirectoryCall, DirectoryPage } from "../../protocol/rpc/directory-call.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

const [room = directoryRoom(app, alice)] = directoryRooms(app);
let world: World;
beforeEach(() => {
  world = new World();
});

const ask = (call: DirectoryCall) => unwrap(world.call(room, call));
const add = (...users: (typeof alice)[]) => users.map((userId) => ask({ type: "directory.add", userId }));
const remove = (userId: typeof alice) => ask({ type: "directory.remove", userId });
const count = () => ask({ type: "directory.count" });
const page = (after = "", limit = 100) => ask({ type: "directory.page", after, limit }) as DirectoryPage; // SAFETY: what page answers with
const idsIn = ({ users }: DirectoryPage) => users.map(({ userId }) => userId);

describe("a directory", () => {
  it("D10 lists a user once, since they were first heard of", () => {
    const since = world.nowMs;
    expect(add(alice)).toEqual([null]);
    world.nowMs += 1_000;
    add(alice);
    world.crashAll();
    expect(page()).toEqual({ users: [{ userId: alice, since }], more: false });
    expect(count()).toBe(1);
  });

  it("D11 forgets a user, who may come again", () => {
    add(alice, bob);
    expect(remove(alice)).toBeNull();
    remove(alice);
    remove(carol);
    expect(idsIn(page())).toEqual([bob]);
    expect(count()).toBe(1);
    world.nowMs += 1_000;
    add(alice);
    expect(page().users).toContainEqual({ userId: alice, since: world.nowMs });
    expect(count()).toBe(2);
  });

  it("D12 is paged through in the order of the ids, whoever comes and goes meanwhile", () => {
    add(user("b"), user("d"), user("f"), user("h"));
    const first = page("", 2);
    expect([idsIn(first), first.more]).toEqual([["b", "d"], true]);
    add(user("a"), user("e"));
    remove(user("d"));
    remove(user("h"));
    const second = page("d", 2);
    expect([idsIn(second), second.more]).toEqual([["e", "f"], false]);
    expect(page("f", 2)).toEqual({ users: [], more: false });
  });

  it("D13 knows how many users there are without looking at them", () => {
    add(...Array.from({ length: 500 }, (_, index) => user(`u${index}`)));
    remove(user("u7"));
    world.crashAll();
    const looks = world.storage.statementsOn("directory_users");
    expect(count()).toBe(499);
    expect(world.storage.statementsOn("directory_users")).toBe(looks);
  });

  it("D14 has each user in one of 16 rooms of about the same size", () => {
    const rooms = Array.from({ length: 16_000 }, (_, index) => directoryRoom(app, user(`customer-${index}`)));
    const sizes = new Map([...Map.groupBy(rooms, (one) => one)].map(([one, { length }]) => [one, length]));
    expect([...sizes.keys()].sort()).toEqual([...directoryRooms(app)].sort());
    for (const size of sizes.values()) expect(Math.abs(size - 1_000)).toBeLessThan(150);
    expect(directoryRoom("other" as AppId, alice)).not.toBe(directoryRoom(app, alice)); // SAFETY: it is such a name
  });
});
