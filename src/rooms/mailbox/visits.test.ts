import { beforeEach, describe, expect, it } from "vitest";
import { mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, pack } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { etagOf } from "../../kernel/etag.ts";
import type { VisitorState } from "../../kernel/visit.ts";
import { DeviceId } from "../../protocol/ids.ts";
import type { UpFrame } from "../../protocol/up.ts";

let world: World;
beforeEach(() => {
  world = new World();
});

const visitor = { phase: "visiting", userId: alice, deviceId: "", deviceType: "web" } as const;

function ask(frame: UpFrame, token: Partial<VisitorState> = {}) {
  const state = { ...visitor, tokenId: "", issuedAtMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER, ...token };
  return world.ask(mailboxOf(alice), state, frame);
}

const rename = { type: "user.update", packId: pack("v"), profile: { name: "Alice" } } as const;
const look = { type: "user.get" as const, packId: pack("g"), userIds: [bob] } satisfies UpFrame;

describe("a visit", () => {
  it("M190 is decided like a connection's request, and disturbs no connection", async () => {
    const laptop = online(world, alice, { deviceType: "web" });
    laptop.frames.length = 0;
    expect(await ask(rename)).toMatchObject({ ok: true, value: { userId: alice, name: "Alice" } });
    expect(laptop.frames).toEqual([{ type: "sync.command", what: "profile" }]);
    expect(laptop.isOpen).toBe(true);
    expect(await ask({ type: "device.list", packId: pack("d") })).toMatchObject({
      value: { devices: [{ deviceId: "alice-web" }] },
    });
    expect(await ask({ type: "sync.sessions", packId: pack("s"), since: 0 })).toMatchObject({ ok: true });
  });

  it("M191 with a token that does not count any more is refused", async () => {
    online(world, alice, { deviceType: "ios", tokenId: "phone-token" });
    const phone = { type: "device.kick", packId: pack("k"), deviceId: DeviceId.parse("alice-ios") } as const;
    expect(await ask(phone)).toMatchObject({ ok: true });
    expect(await ask(rename, { tokenId: "phone-token" })).toMatchObject({ ok: false, error: "TOKEN_REVOKED" });
    expect(await ask(rename, { expiresAtMs: world.nowMs })).toMatchObject({ ok: false, error: "TOKEN_EXPIRED" });
  });

  it("M192 gets an answer when the instance is dropped, or when the other room answered", async () => {
    const dropped = ask(look);
    world.evict(mailboxOf(alice));
    expect(await dropped).toMatchObject({ ok: false, error: "UNAVAILABLE" });
    const answered = ask(look);
    world.drain();
    expect(await answered).toEqual({ ok: true, value: { users: [{ userId: bob }] } });
  });

  it("M193 changes a profile only while it is as it was seen", async () => {
    const first = await ask(rename);
    const etag = first.ok ? etagOf(first.value as object) : ""; // SAFETY: the profile
    const to = (name: string, ifMatch: string) => ask({ ...rename, profile: { name }, ifMatch });
    expect(await to("Al", etag)).toMatchObject({ ok: true, value: { name: "Al" } });
    expect(await to("Ali", etag)).toMatchObject({ ok: false, error: "PRECONDITION_FAILED" });
    expect(await to("Ali", "*")).toMatchObject({ ok: true });
  });
});
