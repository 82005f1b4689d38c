import { beforeEach, describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { hotSession, mailboxOf, online, say, syncPage } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol, dave, pack } from "../../../test/sim/names.ts";
import { PHONE } from "../../../test/sim/pushes.ts";
import { stateWith, tell } from "../../../test/sim/relations.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { appRoom } from "../../kernel/room-name.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { DeviceId } from "../../protocol/ids.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import { singleSessionId } from "../../protocol/session-id.ts";

/** Tables that keep numbers, or what is not the user's own. */
const MAY_STAY = [
  "listings",
  "erased_versions",
  "relations",
  "priority",
  "push_settings",
  "invitations",
  "observe_rights",
];

let world: World;
let group: SimGroup;
beforeEach(() => {
  world = new World({ policy: { friendship: "direct" }, newUsers: true });
  group = SimGroup.create(world, bob, [alice]);
});

function erase(atMs = world.nowMs): void {
  unwrap(world.call(mailboxOf(alice), { type: "erase", atMs, by: "deployment" }));
}

function connect(options: Parameters<World["connect"]>[1] = {}): SimConnection {
  return online(world, alice, { scopes: ["observe"], ...options });
}

/** Alice has something of everything, and all of it says so. */
function live(phone: SimConnection): void {
  tell(world, phone, "user.update", { profile: { name: "secret", mobile: "secret" } });
  tell(world, phone, "attr.set", { userId: bob, name: "secret", value: "secret" });
  tell(world, phone, "friend.add", { userId: bob, remark: "secret" });
  tell(world, phone, "block.add", { userId: dave });
  tell(world, phone, "friend.remark", { userId: carol, remark: "secret" });
  tell(world, phone, "presence.subscribe", { userIds: [bob] });
  tell(world, phone, "monitor.start", { sessionId: group.sessionId });
  tell(world, phone, "push.settings", { settings: { locale: "de", off: true } });
  tell(world, phone, "push.settings", { settings: { off: null } });
  tell(world, phone, "device.push", { deviceId: DeviceId.parse("other"), registration: { ...PHONE, token: "secret" } });
  const { groupId } = SimGroup.create(world, carol, [], {});
  world.call(new SimGroup(world, carol, "create").room, {
    ...{ type: "request", by: carol },
    frame: { type: "group.invite", packId: pack("i"), groupId, userIds: [alice], greeting: "secret" },
  });
  say(world, phone, "secret");
  append(world, bob, [{ ...text("p", "secret"), priority: "high" }]);
  world.drain();
  world.disconnect(phone);
  append(world, bob, [text("q", "secret")]);
  world.drain();
}

function rowsLeft(): Record<string, unknown[]> {
  const sql = world.storage.forRoom(mailboxOf(alice));
  const tables = sql
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%room TEXT%'")
    .all()
    .map(({ name }) => String(name));
  const rows = tables.map((name) => [name, sql.prepare(`SELECT * FROM ${name} WHERE room = ?`).all(sql.room)] as const);
  return Object.fromEntries(rows.filter(([, found]) => found.length > 0));
}

describe("erasure", () => {
  it("M240 leaves nothing of who the user was", () => {
    live(connect());
    expect(JSON.stringify(rowsLeft()).match(/secret/g)?.length).toBeGreaterThan(10);
    erase();
    world.drain();
    expect(JSON.stringify(rowsLeft())).not.toContain("secret");
    expect(Object.keys(rowsLeft()).filter((name) => !MAY_STAY.includes(name))).toEqual([]);
    world.crashAll();
    world.nowMs += 1;
    const back = connect();
    expect(syncPage(world, back).sessions).toEqual([]);
    expect(tell(world, back, "user.get", { userIds: [alice] })).toEqual({ users: [{ userId: alice }] });
    expect(tell(world, back, "friend.sync", { since: 0 }).relations.map(({ state }) => state)).not.toContain("friend");
    expect(tell(world, back, "push.list", {})).toEqual({ tokens: [] });
    expect(tell(world, back, "group.invitations", {})).toEqual({ invitations: [] });
  });

  it("M240 goes on with the numbers that others remember", () => {
    const phone = connect();
    live(phone);
    const { version, priority } = syncPage(world, connect());
    erase();
    world.drain();
    world.evict(mailboxOf(alice));
    world.nowMs += 1;
    const back = connect();
    append(world, bob, [{ ...text("new"), priority: "high" }]);
    world.drain();
    const page = syncPage(world, back, version);
    expect(page.sessions).toHaveLength(1);
    expect(page.version).toBeGreaterThan(version);
    expect(page.priority).toBeGreaterThan(priority);
    tell(world, back, "friend.add", { userId: bob });
    expect([stateWith(world, back, bob), stateWith(world, online(world, bob), alice)]).toEqual(["friend", "friend"]);
  });

  it("M240 keeps a ban", () => {
    unwrap(world.call(mailboxOf(alice), { type: "ban", ban: { reason: "spam" }, by: "deployment" }));
    erase();
    expect(unwrap(world.call(mailboxOf(alice), { type: "standing" }))).toEqual({ reason: "spam" });
  });

  it("M241 ends connections and tokens from before, and no others", () => {
    const phone = connect({ deviceType: "ios" });
    const issuedAtMs = world.nowMs;
    erase();
    expect(phone.closedWith).toBe(CLOSE.TOKEN_REVOKED);
    world.nowMs += 60_000;
    expect(world.connect(alice, { issuedAtMs, deviceId: "never seen", tokenId: "old" }).closedWith).toBe(
      CLOSE.TOKEN_REVOKED,
    );
    world.crashAll();
    expect(world.connect(alice, { issuedAtMs, deviceId: "never seen", tokenId: "old" }).closedWith).toBe(
      CLOSE.TOKEN_REVOKED,
    );
    expect(world.connect(alice, { issuedAtMs: issuedAtMs + 1, tokenId: "new" }).isOpen).toBe(true);
  });

  it("M242 forgets what others send until something is heard of the user", () => {
    erase();
    append(world, bob, [text("void")]);
    world.drain();
    expect(rowsLeft()).not.toHaveProperty("hot_sessions");
    world.crashAll();
    append(world, bob, [text("again")]);
    world.quiesce();
    expect(rowsLeft()).not.toHaveProperty("hot_sessions");
    world.nowMs += 1;
    connect();
    append(world, bob, [text("heard")]);
    world.drain();
    expect(hotSession(world, alice)).toMatchObject({ unread: 1, last: { content: "heard" } });
  });

  it("M243 tells friends, and ends blocks and observations", () => {
    const phone = connect();
    live(phone);
    const bobs = online(world, bob);
    const daves = online(world, dave);
    expect(stateWith(world, bobs, alice)).toBe("friend");
    erase();
    world.drain();
    expect(stateWith(world, bobs, alice)).toBe("none");

    expect(
      tell(world, daves, "msg.send", { sessionId: singleSessionId(alice, dave), contentType: 1, content: "hi" }),
    ).toMatchObject({ seqId: 1 });
    const audit = world.call(group.room, { type: "observerAudit", by: { kind: "server" } });
    expect(audit).toMatchObject({ value: { records: [{ event: "started" }, { event: "revoked" }] } });
  });

  it("M244 is in the audit of the app", () => {
    erase();
    erase();
    world.quiesce();
    const page = unwrap(world.call(appRoom(app), { type: "app.audit", limit: 10 }));
    expect(page).toMatchObject({ records: [{ action: "user.erase", about: alice, by: "deployment" }], more: false });
  });

  it("M244 does nothing again to who came back", () => {
    const askedAtMs = world.nowMs;
    erase(askedAtMs);
    world.nowMs += 1_000;
    const back = connect();
    tell(world, back, "user.update", { profile: { name: "new" } });
    erase(askedAtMs);
    expect(back.isOpen).toBe(true);
    expect(tell(world, back, "user.get", { userIds: [alice] })).toMatchObject({ users: [{ name: "new" }] });
    erase(world.nowMs);
    expect(back.isOpen).toBe(false);
  });
});
