import { beforeEach, describe, expect, it } from "vitest";
import { errorOf, SimGroup } from "../../../test/sim/asks.ts";
import { freshPack, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, dave, user } from "../../../test/sim/names.ts";
import { rest, tell } from "../../../test/sim/relations.ts";
import { World } from "../../../test/sim/world.ts";
import type { GroupFrame, Invitation } from "../../protocol/frames/group.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_INVITATIONS } from "../../protocol/limits.ts";

const POLICIES = ["open", "approval", "invite"] as const;
const erin = user("erin");

let world: World;
let group: SimGroup;
beforeEach(() => {
  world = new World();
  group = SimGroup.create(world, alice, [bob, carol]);
  group.change(alice, group.role("admin", bob, "admin"));
});

type Without<T> = T extends unknown ? Omit<T, "packId" | "groupId"> : never;

function frame(asking: Without<GroupFrame>): GroupFrame {
  return { ...asking, packId: freshPack(), groupId: group.groupId } as GroupFrame; // SAFETY: completed here
}
const change = (by: UserId, asking: Without<GroupFrame>) => group.change(by, frame(asking));
const refused = (by: UserId, asking: Without<GroupFrame>) => group.refused(by, frame(asking));
const policy = (joinPolicy: (typeof POLICIES)[number]) => change(alice, { type: "group.update", info: { joinPolicy } });
const invite = (userIds: UserId[], greeting?: string) => ({ type: "group.invite", userIds, greeting }) as const;
const join = { type: "group.join" } as const;
const decline = { type: "group.decline" } as const;

/** What the user's devices would be shown, as far as it has arrived. */
function shownTo(userId: UserId): Invitation[] {
  const device = online(world, userId);
  const { invitations } = tell(world, device, "group.invitations", {});
  world.disconnect(device);
  return invitations;
}

const calls = (userId: UserId) => world.requestsTo(mailboxOf(userId)).filter((call) => call.type === "invitation");
const landTo = (userId: UserId, fate: "arrives" | "lost") => {
  const index = world.flights.findIndex(
    (one) => one.kind === "request" && one.to === mailboxOf(userId) && one.call.type === "invitation",
  );
  world.land(index, fate);
};

describe("inviting", () => {
  it("S77 asks without a notice, and leaves out who is a member", () => {
    const { length } = group.log();
    expect(change(carol, invite([dave, dave, bob, alice], "come"))).toEqual({ groupId: group.groupId, seqId: 0 });
    world.drain();
    expect(group.log()).toHaveLength(length);
    expect(shownTo(dave)).toEqual([
      { groupId: group.groupId, by: carol, name: "g", greeting: "come", at: world.nowMs },
    ]);
    expect(shownTo(bob)).toEqual([]);
    change(alice, invite([alice]));
    world.drain();
    expect(shownTo(alice)).toEqual([]);
  });

  it("S77 is for whoever may bring others in", () => {
    expect(refused(dave, invite([erin]))).toBe("NOT_IN_GROUP");
    policy("approval");
    expect(refused(carol, invite([erin]))).toBe("NOT_ALLOWED_IN_GROUP");
    change(bob, invite([erin]));
    for (const open of ["open", "invite"] as const) {
      policy(open);
      change(carol, invite([erin]));
    }
    change(alice, { type: "group.ban", userIds: [dave] });
    expect(refused(bob, invite([erin, dave]))).toBe("BANNED");
    change(alice, { type: "group.dismiss" });
    expect(errorOf(group.ask(bob, frame(invite([erin]))))).toBe("NO_SUCH_GROUP");
  });

  it("S77 again changes who asks, and how", () => {
    change(carol, invite([dave], "come"));
    world.nowMs += 1_000;
    change(bob, invite([dave]));
    rest(world);
    const [shown, ...more] = shownTo(dave);
    expect([shown?.by, shown?.greeting, more]).toEqual([bob, undefined, []]);
  });

  it("S77 has a limit for a group, which those who answered do not count towards", () => {
    const many = Array.from({ length: MAX_INVITATIONS }, (_, n) => user(`u${n}`));
    change(alice, invite(many));
    expect(refused(alice, invite([erin]))).toBe("LIMIT_REACHED");
    change(bob, invite(many.slice(0, 3), "again"));
    change(user("u0"), decline);
    change(alice, invite([erin]));
    expect(refused(alice, invite([dave]))).toBe("LIMIT_REACHED");
  });
});

describe("whoever is invited", () => {
  it.each(POLICIES)("S78 joins by themself under the policy %s, once", (joinPolicy) => {
    policy(joinPolicy);
    change(bob, invite([dave]));
    world.drain();
    world.crashAll();
    const { seqId } = change(dave, join);
    expect(group.log().at(-1)).toMatchObject({ seqId, from: dave, notice: { event: "joined", users: [dave] } });
    world.drain();
    expect(shownTo(dave)).toEqual([]);
    change(dave, { type: "group.quit" });
    policy("invite");
    expect(refused(dave, join)).toBe("REFUSED");
  });

  it("S78 joins a full group only when there is room", () => {
    change(alice, { type: "group.update", info: { memberLimit: 3 } });
    change(alice, invite([dave]));
    expect(refused(dave, join)).toBe("GROUP_FULL");
    change(carol, { type: "group.quit" });
    expect(change(dave, join).seqId).toBeGreaterThan(0);
  });

  it("S78 may be brought in, or accepted, instead", () => {
    change(bob, invite([dave, erin]));
    change(bob, { type: "group.join", userIds: [dave] });
    policy("approval");
    change(user("frank"), join);
    change(bob, invite([user("frank")]));
    change(alice, { type: "group.answer", userId: user("frank"), accept: true });
    world.drain();
    expect([dave, erin, user("frank")].map((who) => shownTo(who).length)).toEqual([0, 1, 0]);
    expect(group.ask(alice, frame({ type: "group.requests" }))).toMatchObject({ value: { requests: [] } });
  });

  it("S78 says no, as often as they like", () => {
    change(bob, invite([dave]));
    world.drain();
    expect(change(dave, decline)).toEqual({ groupId: group.groupId, seqId: 0 });
    const { rowsWritten } = world.storage;
    expect([change(dave, decline).seqId, change(erin, decline).seqId]).toEqual([0, 0]);
    expect(world.storage.rowsWritten).toBe(rowsWritten);
    world.drain();
    expect(shownTo(dave)).toEqual([]);
    expect(refused(dave, join)).toBe("REFUSED");
    change(carol, invite([dave]));
    world.drain();
    expect(shownTo(dave)).toMatchObject([{ by: carol }]);
  });

  it("S78 is not any more after a ban, also when that is lifted", () => {
    change(bob, invite([dave]));
    change(alice, { type: "group.ban", userIds: [dave] });
    policy("open");
    expect(refused(dave, join)).toBe("BANNED");
    policy("invite");
    change(alice, { type: "group.ban", userIds: [dave], remove: true });
    expect(refused(dave, join)).toBe("REFUSED");
    rest(world);
    expect(shownTo(dave)).toEqual([]);
  });

  it("S78 is not any more when the group is dismissed", () => {
    change(bob, invite([dave, erin]));
    world.drain();
    change(alice, { type: "group.dismiss" });
    rest(world);
    expect([shownTo(dave), shownTo(erin)]).toEqual([[], []]);
    for (const asking of [join, decline]) expect(errorOf(group.ask(dave, frame(asking)))).toBe("NO_SUCH_GROUP");
  });
});

describe("the invited mailbox", () => {
  it.each(["arrives", "lost"] as const)("S79 is told until it knows, and then no more: the call %s first", (fate) => {
    change(bob, invite([dave]));
    landTo(dave, fate);
    world.land(world.flights.length - 1, "lost");
    world.drain();
    world.crashAll();
    rest(world);
    expect(shownTo(dave)).toMatchObject([{ by: bob }]);
    world.crashAll();
    world.nowMs += 600_000;
    for (const room of [...world.alarms.keys()]) world.ring(room);
    expect(calls(dave)).toEqual([]);
  });

  it("S79 keeps the newest, when an old call comes last", () => {
    change(bob, invite([dave], "first"));
    const old = calls(dave);
    const arriveLate = () => old.map((call) => errorOf(world.call(mailboxOf(dave), call)));
    change(dave, decline);
    rest(world);
    expect(arriveLate()).toEqual([undefined]);
    expect(shownTo(dave)).toEqual([]);
    change(carol, invite([dave], "third"));
    rest(world);
    arriveLate();
    expect(shownTo(dave)).toMatchObject([{ by: carol, greeting: "third" }]);
  });

  it("S79 hears versions that grow with every change of any invitation, also when none is left", () => {
    const versions = (userId: UserId) => {
      const heard = calls(userId).map(({ version }) => version);
      rest(world);
      return heard;
    };
    change(bob, invite([dave]));
    const first = versions(dave);
    change(bob, invite([erin]));
    const second = versions(erin);
    change(dave, decline);
    const third = versions(dave);
    change(erin, decline);
    const fourth = versions(erin);
    world.crashAll();
    change(bob, invite([dave]));
    expect([first, second, third, fourth, versions(dave)]).toEqual([[1], [2], [3], [4], [5]]);
  });
});
