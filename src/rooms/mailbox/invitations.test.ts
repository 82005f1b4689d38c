import { describe, expect, it } from "vitest";
import { mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, pack } from "../../../test/sim/names.ts";
import { tell } from "../../../test/sim/relations.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { groupIdOf } from "../../protocol/group-id.ts";
import type { GroupId, UserId } from "../../protocol/ids.ts";
import { MAX_PAGE_LIMIT } from "../../protocol/limits.ts";

const groupNo = (n: number) => groupIdOf(app, alice, pack(`${n}`));
const [tea, coffee] = [groupIdOf(app, alice, pack("tea")), groupIdOf(app, alice, pack("coffee"))];

/** Bob, and what groups tell his mailbox. */
class Invited {
  readonly world = new World();
  readonly device = online(this.world, bob);

  told(groupId: GroupId, version: number, by?: UserId): void {
    const { nowMs: at } = this.world;
    const invitation = by === undefined ? {} : { invitation: { by, name: "tea", at } };
    this.world.call(mailboxOf(bob), { type: "invitation", groupId, version, ...invitation });
  }

  shown(device: SimConnection = this.device): string[] {
    const { invitations } = tell(this.world, device, "group.invitations", {});
    return invitations.map(({ groupId, by }) => `${groupId} ${by}`);
  }

  /** Ids of the groups whose invitations changed, as devices heard since the last time. */
  heard(): string[] {
    return this.device.frames
      .splice(0)
      .flatMap((one) => (one.type === "sync.command" && one.what === "group.invitations" ? (one.id ?? "") : []));
  }
}

describe("invitations of groups", () => {
  it("M72 are what was told last, whatever comes late or twice", () => {
    const invited = new Invited();
    invited.told(tea, 2, alice);
    expect([invited.shown(), invited.heard()]).toEqual([[`${tea} ${alice}`], [tea]]);
    const { rowsWritten } = invited.world.storage;
    for (const version of [1, 2]) invited.told(tea, version, carol);
    invited.told(tea, 1);
    expect(invited.world.storage.rowsWritten).toBe(rowsWritten);
    expect([invited.shown(), invited.heard()]).toEqual([[`${tea} ${alice}`], []]);
    invited.told(tea, 5, carol);
    expect([invited.shown(), invited.heard()]).toEqual([[`${tea} ${carol}`], [tea]]);
    invited.told(tea, 6);
    expect([invited.shown(), invited.heard()]).toEqual([[], [tea]]);
    invited.world.crashAll();
    invited.told(tea, 5, carol);
    expect(invited.shown(online(invited.world, bob))).toEqual([]);
  });

  it("M72 that are over when they are first heard of change nothing for devices", () => {
    const invited = new Invited();
    invited.told(tea, 2);
    invited.told(tea, 1, alice);
    expect([invited.shown(), invited.heard()]).toEqual([[], []]);
  });

  it("M72 that are over are forgotten after a day, long after a late call may come", () => {
    const invited = new Invited();
    invited.told(tea, 1, alice);
    invited.told(tea, 2);
    invited.world.nowMs += 86_400_001;
    invited.told(coffee, 1, alice);
    invited.told(tea, 1, carol);
    expect(invited.shown().sort()).toEqual([`${tea} ${carol}`, `${coffee} ${alice}`].sort());
  });

  it("M73 are shown the newest first, without those of users who are blocked", () => {
    const invited = new Invited();
    const { world, device } = invited;
    for (const [n, by] of [alice, carol, alice].entries()) {
      world.nowMs += 1_000;
      invited.told(groupNo(n), 1, by);
    }
    expect(invited.shown()).toEqual([`${groupNo(2)} ${alice}`, `${groupNo(1)} ${carol}`, `${groupNo(0)} ${alice}`]);
    tell(world, device, "block.add", { userId: alice });
    expect(invited.shown()).toEqual([`${groupNo(1)} ${carol}`]);
    tell(world, device, "block.remove", { userId: alice });
    expect(invited.shown()).toHaveLength(3);
  });

  it("M73 tells nobody of invitations by users who are blocked, nor of their end", () => {
    const invited = new Invited();
    tell(invited.world, invited.device, "block.add", { userId: alice });
    invited.told(tea, 1, alice);
    invited.told(tea, 2);
    invited.told(tea, 3, alice);
    expect(invited.heard()).toEqual([]);
    invited.told(tea, 4, carol);
    expect(invited.heard()).toEqual([tea]);
    invited.told(tea, 5, alice);
    expect([invited.heard(), invited.shown()]).toEqual([[tea], []]);
  });

  it("M74 are at most as many as are shown: the oldest is forgotten", () => {
    const invited = new Invited();
    for (let n = 0; n <= MAX_PAGE_LIMIT; n += 1) {
      invited.world.nowMs += 1;
      invited.told(groupNo(n), 1, alice);
    }
    const shown = invited.shown();
    expect([shown.length, shown[0], shown.at(-1)]).toEqual([200, `${groupNo(200)} ${alice}`, `${groupNo(1)} ${alice}`]);
    tell(invited.world, invited.device, "block.add", { userId: alice });
    invited.told(tea, 1, carol);
    expect(invited.shown()).toEqual([`${tea} ${carol}`]);
  });
});
