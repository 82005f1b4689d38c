import { describe, expect, it } from "vitest";
import { append, errorOf, history, SimGroup, text, tryAppend } from "../../../test/sim/asks.ts";
import { alice, bob, carol, dave, pack, user } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import type { Entry } from "../../protocol/entry.ts";

const noticesOf = (entries: readonly Entry[]) =>
  entries.map((entry) => (entry.kind === "notice" ? entry.notice.event : "message"));

describe("a group", () => {
  it("S3 takes messages of its members only", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    expect(append(world, bob, [text("m")], group.room)[0]?.seqId).toBe(2);
    expect(errorOf(tryAppend(world, carol, [text("m")], group.room))).toBe("NOT_IN_GROUP");
    const nowhere = new SimGroup(world, alice, "never-created");
    expect(errorOf(tryAppend(world, alice, [text("m")], nowhere.room))).toBe("NO_SUCH_GROUP");
    expect(group.log()).toHaveLength(2);
  });

  it("S7 lets members and server keys read its history", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    const read = (userId: typeof alice) =>
      errorOf(world.call(group.room, { type: "history", by: { kind: "user", userId } }));
    expect([read(bob), read(carol)]).toEqual([undefined, "HISTORY_FORBIDDEN"]);
    expect(history(world, {}, group.room).entries).toHaveLength(1);
  });

  it("S10 makes its creator the owner and appends created", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, bob, alice]);
    const [entry] = group.log();
    expect(entry).toMatchObject({
      seqId: 1,
      from: alice,
      packId: "create",
      notice: { event: "created", users: [alice, bob], info: { name: "g", memberLimit: 500, joinPolicy: "invite" } },
    });
    expect(group.ask(alice, group.get())).toMatchObject({ value: { owner: alice, memberCount: 2 } });
  });

  it("S10 answers a repeated create with the first one", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    const again = { type: "group.create", packId: pack("create"), info: { name: "g" }, userIds: [bob] } as const;
    expect(group.change(alice, { ...again, userIds: [bob] })).toEqual({
      groupId: group.groupId,
      seqId: 1,
      repeated: true,
    });
    world.crashAll();
    expect(group.change(alice, { ...again, userIds: [bob] })).toMatchObject({ repeated: true });
    expect(errorOf(group.ask(alice, { ...again, userIds: [carol] }))).toBe("PACK_CONFLICT");
    expect(group.log()).toHaveLength(1);
  });

  it("S11 appends one notice per change with its operator and packId, and deduplicates", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    expect(group.change(bob, group.join("j", [carol, dave]))).toEqual({ groupId: group.groupId, seqId: 2 });
    expect(group.change(bob, group.join("j", [carol, dave]))).toMatchObject({ seqId: 2, repeated: true });
    expect(errorOf(group.ask(bob, group.join("j", [user("erin")])))).toBe("PACK_CONFLICT");
    expect(group.change(alice, group.remove("r", [carol, dave]))).toMatchObject({ seqId: 3 });
    expect(group.change(alice, group.remove("r", [carol, dave]))).toMatchObject({ seqId: 3, repeated: true });
    expect(group.log().slice(1)).toMatchObject([
      { from: bob, packId: "j", notice: { event: "joined", users: [carol, dave] } },
      { from: alice, packId: "r", notice: { event: "removed", users: [carol, dave] } },
    ]);
  });

  it("S11 appends nothing when nothing changes", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    const changes = [
      group.join("a", [bob]),
      group.join("b"),
      group.remove("c", [carol]),
      group.role("d", bob, "member"),
      group.transfer("e", alice),
      group.update("f", { name: "g" }),
      group.update("g", {}),
    ];
    for (const frame of changes) expect(group.change(alice, frame)).toEqual({ groupId: group.groupId, seqId: 0 });
    expect(group.log()).toHaveLength(1);
  });

  it("S12 lets anybody join an open group, and members bring others into any", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    expect(group.refused(carol, group.join("a"))).toBe("REFUSED");
    expect(group.refused(carol, group.join("b", [carol]))).toBe("NOT_IN_GROUP");
    group.change(bob, group.join("c", [carol]));
    group.change(alice, group.update("d", { joinPolicy: "open" }));
    expect(group.change(dave, group.join("e"))).toMatchObject({ seqId: 4 });
    expect(noticesOf(group.log())).toEqual(["created", "joined", "updated", "joined"]);
  });

  it("S13 never has more members than its limit, and then adds nobody", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob], { memberLimit: 3, joinPolicy: "open" });
    expect(group.refused(alice, group.join("a", [carol, dave]))).toBe("GROUP_FULL");
    group.change(carol, group.join("b"));
    expect(group.refused(dave, group.join("c"))).toBe("GROUP_FULL");
    expect(group.ask(alice, group.get())).toMatchObject({ value: { memberCount: 3 } });
  });

  it("S13 has at most 500 members", () => {
    const world = new World();
    const many = Array.from({ length: 500 }, (_, n) => user(`u${n}`));
    const group = new SimGroup(world, alice, "create");
    const create = { type: "group.create", packId: pack("create"), info: { name: "g" } } as const;
    expect(errorOf(group.ask(alice, { ...create, userIds: many }))).toBe("GROUP_FULL");
    expect(errorOf(group.ask(alice, { ...create, info: { name: "g", memberLimit: 501 }, userIds: [] }))).toBe(
      "BAD_PARAMETER",
    );
    expect(group.change(alice, { ...create, userIds: many.slice(1) })).toMatchObject({ seqId: 1 });
    expect(group.refused(alice, group.join("j", [bob]))).toBe("GROUP_FULL");
  });

  it("S14 lets everybody quit but the owner", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    expect(group.refused(alice, group.quit("a"))).toBe("OWNER_MUST_TRANSFER");
    expect(group.refused(carol, group.quit("b"))).toBe("NOT_IN_GROUP");
    group.change(bob, group.quit("c"));
    expect(errorOf(tryAppend(world, bob, [text("m")], group.room))).toBe("NOT_IN_GROUP");
    expect(group.change(bob, group.quit("c"))).toMatchObject({ repeated: true });
  });

  it("S15 lets the owner remove anybody else, and admins members", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol, dave]);
    group.change(alice, group.role("a", bob, "admin"));
    group.change(alice, group.role("b", carol, "admin"));
    const forbidden = "NOT_ALLOWED_IN_GROUP";
    expect(group.refused(dave, group.remove("c", [carol]))).toBe(forbidden);
    expect(group.refused(dave, group.remove("d", [user("nobody")]))).toBe(forbidden);
    expect(group.refused(bob, group.remove("e", [carol]))).toBe(forbidden);
    expect(group.refused(bob, group.remove("f", [alice]))).toBe(forbidden);
    expect(group.refused(bob, group.remove("g", [dave, carol]))).toBe(forbidden);
    expect(group.refused(alice, group.remove("h", [alice]))).toBe(forbidden);
    expect(group.refused(user("eve"), group.remove("i", [dave]))).toBe("NOT_IN_GROUP");
    group.change(bob, group.remove("j", [dave]));
    group.change(alice, group.remove("k", [bob, carol]));
    expect(group.ask(alice, group.members())).toMatchObject({ value: { members: [{ userId: alice }] } });
  });

  it("S16 lets owner and admins update, and keeps the limit above the number of members", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    group.change(alice, group.role("a", bob, "admin"));
    expect(group.refused(carol, group.update("b", { name: "x" }))).toBe("NOT_ALLOWED_IN_GROUP");
    expect(group.refused(bob, group.update("c", { memberLimit: 2 }))).toBe("GROUP_FULL");
    expect(group.refused(bob, group.update("d", { memberLimit: 501 }))).toBe("BAD_PARAMETER");
    group.change(bob, group.update("e", { name: "new", memberLimit: 3 }));
    world.crashAll();
    expect(group.ask(carol, group.get())).toMatchObject({ value: { info: { name: "new", memberLimit: 3 } } });
  });

  it("S17 lets only the owner transfer and give roles, to members", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    group.change(alice, group.role("a", bob, "admin"));
    expect(group.refused(bob, group.transfer("b", bob))).toBe("NOT_OWNER");
    expect(group.refused(bob, group.role("c", carol, "admin"))).toBe("NOT_OWNER");
    expect(group.refused(alice, group.transfer("d", dave))).toBe("NOT_IN_GROUP");
    expect(group.refused(alice, group.role("e", dave, "admin"))).toBe("NOT_IN_GROUP");
    expect(group.refused(alice, group.role("f", alice, "member"))).toBe("OWNER_MUST_TRANSFER");
    group.change(alice, group.transfer("g", carol));
    world.crashAll();
    const roles = { value: { members: expect.arrayContaining([{ userId: alice, role: "member", joinedSeqId: 1 }]) } };
    expect(group.ask(carol, group.members())).toMatchObject(roles);
    expect(group.ask(carol, group.get())).toMatchObject({ value: { owner: carol } });
    expect(group.refused(alice, group.dismiss("h"))).toBe("NOT_OWNER");
  });

  it("S18 does not exist after its owner dismissed it, and every member got the notice", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    const phone = world.connect(carol);
    world.send(phone, { type: "sync.sessions", packId: pack("s"), since: 0 });
    expect(group.refused(bob, group.dismiss("a"))).toBe("NOT_OWNER");
    group.change(alice, group.dismiss("b"));
    world.crash(group.room);
    world.quiesce();
    expect(phone.entries().at(-1)).toMatchObject({ seqId: 2, notice: { event: "dismissed" } });
    const frames = [group.join("c", [dave]), group.quit("d"), group.update("e", { name: "x" }), group.get()];
    for (const frame of frames) expect(errorOf(group.ask(alice, frame))).toBe("NO_SUCH_GROUP");
    expect(errorOf(tryAppend(world, alice, [text("m")], group.room))).toBe("NO_SUCH_GROUP");
    expect(errorOf(world.call(group.room, { type: "history", by: { kind: "server" } }))).toBe("NO_SUCH_GROUP");
  });

  it("S19 tells its members about itself, and nobody else", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    expect(group.ask(bob, group.members())).toEqual({
      ok: true,
      value: {
        members: [
          { userId: alice, role: "owner", joinedSeqId: 1 },
          { userId: bob, role: "member", joinedSeqId: 1 },
        ],
      },
    });
    expect(errorOf(group.ask(carol, group.members()))).toBe("NOT_IN_GROUP");
    expect(errorOf(group.ask(carol, group.get()))).toBe("NOT_IN_GROUP");
  });
});
