import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { SimGroup } from "../../../test/sim/asks.ts";
import { dataOf, freshPack, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import type { GroupSyncResult } from "../../protocol/frames/group.ts";

function sync(world: World, connection: SimConnection, since = 0): z.infer<typeof GroupSyncResult> {
  const packId = freshPack();
  world.send(connection, { type: "group.sync", packId, since });
  return dataOf(connection, packId);
}

describe("a user's groups", () => {
  it("M70 are those they are in, and since a time those that they came into or left", () => {
    const world = new World();
    const bobs = online(world, bob);
    expect(sync(world, bobs)).toEqual({ groups: [], removed: [], timestamp: 0 });
    const group = SimGroup.create(world, alice, [bob]);
    world.drain();
    const first = sync(world, bobs);
    expect(first).toMatchObject({ groups: [group.groupId], removed: [] });
    expect(sync(world, bobs, first.timestamp)).toEqual({ groups: [], removed: [], timestamp: first.timestamp });
    world.nowMs -= 60_000;
    group.change(alice, group.remove("r", [bob]));
    world.drain();
    const second = sync(world, bobs, first.timestamp);
    expect(second).toMatchObject({ groups: [], removed: [group.groupId] });
    expect(sync(world, bobs)).toMatchObject({ groups: [], removed: [] });
    group.change(alice, group.join("j", [bob]));
    world.drain();
    world.crashAll();
    expect(sync(world, online(world, bob), second.timestamp)).toMatchObject({ groups: [group.groupId], removed: [] });
  });

  it("M71 tell live devices what to fetch again, once per kind and delivery", () => {
    const world = new World();
    const bobs = online(world, bob);
    const group = SimGroup.create(world, alice, [bob]);
    world.drain();
    const told = () => bobs.frames.splice(0).flatMap((frame) => (frame.type === "sync.command" ? frame.what : []));
    expect(told()).toEqual(["groups"]);
    group.change(alice, group.role("a", bob, "admin"));
    group.change(alice, group.role("b", bob, "member"));
    group.change(alice, group.update("c", { name: "new" }));
    world.drain();
    expect(told().sort()).toEqual(["group.info", "group.members", "group.members"]);
    group.change(alice, group.dismiss("d"));
    world.drain();
    expect(told()).toEqual(["groups"]);
  });
});
