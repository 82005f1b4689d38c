import { beforeEach, describe, expect, it } from "vitest";
import { dataOf, freshPack, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice } from "../../../test/sim/names.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { ERRORS } from "../../protocol/errors.ts";
import { DeviceId } from "../../protocol/ids.ts";

let world: World;
let phone: SimConnection;
let laptop: SimConnection;
beforeEach(() => {
  world = new World();
  phone = online(world, alice, { deviceType: "ios", tokenId: "phone-token" });
  world.nowMs += 1_000;
  laptop = online(world, alice, { deviceType: "web", tokenId: "laptop-token" });
});

function list(connection: SimConnection): object[] {
  const packId = freshPack();
  world.send(connection, { type: "device.list", packId });
  return dataOf<{ devices: object[] }>(connection, packId).devices;
}

function kick(connection: SimConnection, deviceId: string): string {
  const packId = freshPack();
  world.send(connection, { type: "device.kick", packId, deviceId: DeviceId.parse(deviceId) });
  return packId;
}

const ended = { code: CLOSE.TOKEN_REVOKED };

describe("devices", () => {
  it("M110 are listed with when they were seen, and which one asks", () => {
    expect(list(laptop)).toEqual([
      { deviceId: "alice-web", deviceType: "web", online: true, lastSeenAt: world.nowMs, current: true },
      { deviceId: "alice-ios", deviceType: "ios", online: true, lastSeenAt: world.nowMs - 1_000 },
    ]);
    world.nowMs += 5_000;
    world.disconnect(phone);
    world.evict(mailboxOf(alice));
    expect(list(laptop)[0]).toMatchObject({ deviceId: "alice-ios", online: false, lastSeenAt: world.nowMs });
  });

  it("M111 that are kicked are closed, and their token does not connect again, but another does", () => {
    expect(dataOf(laptop, kick(laptop, "alice-ios"))).toEqual({ kicked: 1 });
    expect(phone.closedWith).toBe(ended.code);
    world.crashAll();
    const again = world.connect(alice, { deviceType: "ios", tokenId: "phone-token" });
    expect(again.closedWith).toBe(ended.code);
    expect(online(world, alice, { deviceType: "ios", tokenId: "fresh-token" }).isOpen).toBe(true);
    const other = online(world, alice, { deviceType: "web", tokenId: "laptop-token" });
    expect(other.acks(kick(other, "unknown"))[0]?.code).toBe(ERRORS.NO_SUCH_DEVICE.code);
  });

  it("M111 with a revoked token take nobody's place and get no answer", () => {
    kick(laptop, "alice-ios");
    const newer = online(world, alice, { deviceType: "ios", tokenId: "fresh-token" });
    const stolen = world.connect(alice, { deviceType: "ios", deviceId: "elsewhere", tokenId: "phone-token" });
    expect([stolen.closedWith, newer.isOpen]).toEqual([ended.code, true]);
    expect(stolen.frames).toEqual([]);
    expect(list(newer)).toHaveLength(2);
  });

  it("M112 are all but one kicked, or log out themselves", () => {
    const packId = freshPack();
    world.send(laptop, { type: "device.kickOthers", packId });
    expect(dataOf(laptop, packId)).toEqual({ kicked: 1 });
    expect([phone.closedWith, laptop.isOpen]).toEqual([ended.code, true]);
    const logout = freshPack();
    world.send(laptop, { type: "device.logout", packId: logout });
    expect(dataOf(laptop, logout)).toEqual({ kicked: 1 });
    expect(laptop.closedWith).toBe(ended.code);
    expect(world.connect(alice, { deviceType: "web", tokenId: "laptop-token" }).closedWith).toBe(ended.code);
    expect(list(online(world, alice, { deviceType: "linux", tokenId: "third" }))).toHaveLength(1);
  });

  it("M113 cost no row when they come back within the hour", () => {
    const rows = () => world.storage.rowsWritten;
    world.crashAll();
    const before = rows();
    online(world, alice, { deviceType: "web", tokenId: "laptop-token" });
    const same = rows() - before;
    world.crashAll();
    world.nowMs += 3_600_000;
    const later = rows();
    online(world, alice, { deviceType: "web", tokenId: "laptop-token" });
    expect(rows() - later).toBe(same + 1);
  });
});
