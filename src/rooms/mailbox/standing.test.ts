import { beforeEach, describe, expect, it } from "vitest";
import { mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, pack } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { appRoom, sessionRoom } from "../../kernel/room-name.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import type { Ban } from "../../protocol/rpc/mailbox-call.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

let world: World;
beforeEach(() => {
  world = new World();
});

const ban = (value: Ban | null) => unwrap(world.call(mailboxOf(alice), { type: "ban", ban: value, by: "KEY" }));
const standing = () => unwrap(world.call(mailboxOf(alice), { type: "standing" }));
const setStatus = (status: "active" | "suspended") => unwrap(world.call(appRoom(app), { type: "app.status", status }));
const session = sessionRoom(app, singleSessionId(alice, bob));
const write = (packId: string) =>
  world.call(session, {
    type: "append",
    sender: alice,
    by: "server",
    items: [{ packId: pack(packId), contentType: 1, content: "x" }],
  });

function visit(tokenId: string) {
  const visitor = { phase: "visiting", userId: alice, deviceId: "", deviceType: "web" } as const;
  const state = { ...visitor, tokenId, issuedAtMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER };
  return world.ask(mailboxOf(alice), state, { type: "device.list", packId: pack("d") });
}

describe("who may be here at all", () => {
  it("M206 not a banned user, until the ban ends", async () => {
    const before = online(world, alice);
    ban({ reason: "spam", until: world.nowMs + 1_000 });
    expect([before.isOpen, before.closedWith]).toEqual([false, CLOSE.USER_BANNED]);
    world.crashAll();
    expect(world.connect(alice).closedWith).toBe(CLOSE.USER_BANNED);
    expect(await visit("token")).toMatchObject({ ok: false, error: "USER_BANNED" });
    expect(standing()).toEqual({ reason: "spam", until: world.nowMs + 1_000 });
    world.nowMs += 1_000;
    expect(standing()).toBeNull();
    expect(online(world, alice).isOpen).toBe(true);
  });

  it("M206 nor for good, until it is lifted", async () => {
    ban({});
    expect(await visit("token")).toMatchObject({ error: "USER_BANNED" });
    ban(null);
    expect(await visit("token")).toMatchObject({ ok: true });
  });

  it("A32 is on record, whatever dies, in order and once", () => {
    const records = () => unwrap(world.call(appRoom(app), { type: "app.audit", limit: 9 })) as { records: object[] }; // SAFETY: what app.audit answers with
    ban({ reason: "spam" });
    const at = world.nowMs;
    world.land(0);
    world.land(0, "lost");
    ban(null);
    ban({});
    world.crashAll();
    world.nowMs += 60_000;
    world.ringDue();
    world.drain();
    const of = { about: alice, by: "KEY", at };
    expect(records().records).toMatchObject([
      { ...of, action: "user.ban" },
      { ...of, action: "user.unban" },
      { ...of, action: "user.ban" },
    ]);
  });

  it("M207 a server key acts in the name of a banned user", async () => {
    ban({});
    expect(await visit("")).toMatchObject({ ok: true });
    expect(write("1")).toMatchObject({ ok: true });
  });

  it("M208 nobody while the app is suspended", async () => {
    const [asking, silent] = [online(world, alice, { deviceType: "ios" }), online(world, alice, { deviceType: "web" })];
    setStatus("suspended");
    world.send(asking, { type: "device.list", packId: pack("d") });
    expect([asking.closedWith, silent.isOpen]).toEqual([CLOSE.APP_SUSPENDED, true]);
    world.ring(mailboxOf(alice));
    expect(silent.closedWith).toBe(CLOSE.APP_SUSPENDED);
    expect(world.connect(alice).closedWith).toBe(CLOSE.APP_SUSPENDED);
    for (const token of ["token", ""]) expect(await visit(token)).toMatchObject({ error: "APP_SUSPENDED" });
    setStatus("active");
    expect(online(world, alice).isOpen).toBe(true);
  });

  it("S180 a suspended app stores nothing, and goes on where it was", () => {
    unwrap(write("1"));
    setStatus("suspended");
    expect(write("2")).toMatchObject({ ok: false, error: "APP_SUSPENDED" });
    for (const call of [{ type: "history", by: { kind: "server" } } as const, { type: "import", entries: [] } as const])
      expect(world.call(session, call)).toMatchObject({ error: "APP_SUSPENDED" });
    world.drain();
    setStatus("active");
    expect(unwrap(write("2"))).toMatchObject([{ value: { seqId: 2 } }]);
  });
});
