import { beforeEach, describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text, tryAppend } from "../../../test/sim/asks.ts";
import { freshPack, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, dave, user } from "../../../test/sim/names.ts";
import { refusalOf } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import type { GroupFrame } from "../../protocol/frames/group.ts";
import type { UserId } from "../../protocol/ids.ts";

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
const mute = (userIds: UserId[] | undefined, minutes: number) =>
  ({ type: "group.mute", userIds, untilMs: minutes === 0 ? 0 : world.nowMs + minutes * 60_000 }) as const;
const ban = (...userIds: UserId[]) => ({ type: "group.ban", userIds }) as const;
const lift = (...userIds: UserId[]) => ({ type: "group.ban", userIds, remove: true }) as const;
const speaks = (who: UserId) => errorOf(tryAppend(world, who, [text(freshPack())], group.room)) ?? "speaks";

describe("silence in a group", () => {
  it("S70 is for those below, until its time, in whatever is written", () => {
    expect(change(bob, mute([carol], 10))).toMatchObject({ seqId: 3 });
    expect([speaks(carol), speaks(bob)]).toEqual(["MUTED", "speaks"]);
    const signal = { type: "msg.signal", contentType: 1, content: "x", sessionId: group.sessionId } as const;
    expect(refusalOf(world, carol, signal)).toBe("MUTED");
    world.crashAll();
    expect(speaks(carol)).toBe("MUTED");
    world.nowMs += 600_000;
    expect(speaks(carol)).toBe("speaks");
    for (const [who, whom] of [
      [carol, bob],
      [bob, alice],
      [bob, bob],
      [alice, alice],
    ] as const)
      expect(refused(who, mute([whom], 1))).toBe("NOT_ALLOWED_IN_GROUP");
    expect(refused(alice, mute([dave], 1))).toBe("NOT_IN_GROUP");
  });

  it("S70 is lifted with 0, and outlives leaving and coming back", () => {
    change(alice, mute([carol], 10));
    group.change(carol, group.quit("q"));
    group.change(bob, group.join("j", [carol]));
    expect(speaks(carol)).toBe("MUTED");
    expect(group.ask(alice, group.members())).toMatchObject({
      value: {
        members: expect.arrayContaining([expect.objectContaining({ userId: carol, mutedUntil: expect.any(Number) })]),
      },
    });
    change(bob, mute([carol], 0));
    expect(speaks(carol)).toBe("speaks");
    expect(change(bob, mute([carol], 0))).toMatchObject({ seqId: 0 });
  });

  it("S71 of all leaves owner and admins their voice", () => {
    expect(refused(carol, mute(undefined, 5))).toBe("NOT_ALLOWED_IN_GROUP");
    change(bob, mute(undefined, 5));
    expect([alice, bob, carol].map(speaks)).toEqual(["speaks", "speaks", "MUTED"]);
    expect(group.ask(carol, group.get())).toMatchObject({ value: { mutedUntil: world.nowMs + 300_000 } });
    world.nowMs += 300_000;
    expect(speaks(carol)).toBe("speaks");
  });
});

describe("a ban", () => {
  it("S72 removes members and keeps them out until it is lifted", () => {
    const seqId = change(bob, ban(carol, dave)).seqId;
    expect(group.log().at(-1)).toMatchObject({ seqId, notice: { event: "banned", users: [carol, dave] } });
    expect(speaks(carol)).toBe("NOT_IN_GROUP");
    change(alice, { type: "group.update", info: { joinPolicy: "open" } });
    expect(refused(carol, { type: "group.join" })).toBe("BANNED");
    expect(refused(alice, { type: "group.join", userIds: [dave] })).toBe("BANNED");
    world.crashAll();
    expect(refused(carol, { type: "group.join" })).toBe("BANNED");
    expect(change(alice, ban(carol))).toMatchObject({ seqId: 0 });
    change(bob, lift(carol));
    expect(change(bob, lift(carol))).toMatchObject({ seqId: 0 });
    expect(change(carol, { type: "group.join" }).seqId).toBeGreaterThan(0);
    for (const [who, whom] of [
      [carol, bob],
      [bob, alice],
      [bob, bob],
    ] as const)
      expect(refused(who, ban(whom))).toBe("NOT_ALLOWED_IN_GROUP");
    expect(refused(carol, lift(dave))).toBe("NOT_ALLOWED_IN_GROUP");
  });
});

describe("coming in with approval", () => {
  const approval = { type: "group.update", info: { joinPolicy: "approval" } } as const;
  const requests = (by: UserId) => group.ask(by, frame({ type: "group.requests" }));
  const answer = (userId: UserId, accept: boolean) => ({ type: "group.answer", userId, accept }) as const;

  it("S73 is a request that owner and admins are told of", () => {
    const alices = online(world, alice);
    change(alice, approval);
    const asked = change(dave, { type: "group.join", greeting: "hi" });
    expect(asked).toEqual({ groupId: group.groupId, seqId: 0, pending: true });
    change(dave, { type: "group.join", greeting: "please" });
    world.drain();
    const told = alices.frames.filter((one) => one.type === "sync.command" && one.what === "group.requests");
    expect(told).toHaveLength(2);
    world.crashAll();
    expect(requests(bob)).toMatchObject({ value: { requests: [{ userId: dave, greeting: "please" }] } });
    expect(errorOf(requests(carol))).toBe("NOT_ALLOWED_IN_GROUP");
    expect(refused(carol, { type: "group.join", userIds: [user("erin")] })).toBe("NOT_ALLOWED_IN_GROUP");
    expect(change(bob, { type: "group.join", userIds: [user("erin")] }).seqId).toBeGreaterThan(0);
    for (let n = 0; n < 199; n += 1) change(user(`u${n}`), { type: "group.join" });
    expect(refused(user("late"), { type: "group.join" })).toBe("LIMIT_REACHED");
  });

  it("S74 is answered once, also when the policy has changed", () => {
    change(alice, approval);
    for (const who of [dave, user("erin"), user("frank")]) change(who, { type: "group.join" });
    change(alice, { type: "group.update", info: { joinPolicy: "invite" } });
    expect(refused(carol, answer(dave, true))).toBe("NOT_ALLOWED_IN_GROUP");
    const { seqId } = change(bob, answer(dave, true));
    expect(group.log().at(-1)).toMatchObject({ seqId, from: bob, notice: { event: "joined", users: [dave] } });
    world.drain();
    expect(change(bob, answer(user("erin"), false))).toMatchObject({ seqId: 0 });
    const told = ["erin", "alice", "bob", "carol"].map((who) => world.requestsTo(`/mailbox/${who}`).length);
    expect(told, "of the refusal").toEqual([1, 1, 1, 0]);
    for (const who of [dave, user("erin")]) expect(refused(bob, answer(who, true))).toBe("NO_SUCH_REQUEST");
    change(alice, ban(user("frank")));
    expect(requests(alice)).toMatchObject({ value: { requests: [] } });
  });
});

describe("members", () => {
  it("S75 have nicknames of their own, or that owner and admins give", () => {
    const name = (nickname: string, userId?: UserId) => ({ type: "group.nickname", nickname, userId }) as const;
    change(carol, name("Caro"));
    change(bob, name("Chief", alice));
    expect(refused(carol, name("x", bob))).toBe("NOT_ALLOWED_IN_GROUP");
    world.crashAll();
    const members = () => group.ask(alice, group.members());
    expect(members()).toMatchObject({ value: { members: [{ nickname: "Chief" }, {}, { nickname: "Caro" }] } });
    change(carol, name(""));
    expect(change(carol, name(""))).toMatchObject({ seqId: 0 });
    expect(JSON.stringify(members())).not.toContain("Caro");
  });

  it("S76 are told apart from others, for members", () => {
    const has = frame({ type: "group.has", userIds: [dave, carol, alice] });
    expect(group.ask(bob, has)).toMatchObject({ value: { members: [carol, alice] } });
    expect(errorOf(group.ask(dave, has))).toBe("NOT_IN_GROUP");
    append(world, alice, [text("m")], group.room);
  });
});
