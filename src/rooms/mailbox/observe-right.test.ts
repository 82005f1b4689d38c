import { beforeEach, describe, expect, it } from "vitest";
import { freshPack, online } from "../../../test/sim/mailboxes.ts";
import { carol } from "../../../test/sim/names.ts";
import {
  auditOf,
  codeOf,
  monitored,
  observedList,
  observedSeqIds,
  observer,
  passTimeUntil,
  pulled,
  said,
} from "../../../test/sim/observing.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";
import { DeviceId } from "../../protocol/ids.ts";

let world: World;
beforeEach(() => {
  world = new World();
});

const say = (...packs: string[]) => {
  said(world, ...packs);
  world.drain();
};
const events = () => auditOf(world).map(({ event }) => event);

const pull = (connection: SimConnection) => pulled(world, connection);

function kick(connection: SimConnection, deviceId: string): void {
  world.send(connection, { type: "device.kick", packId: freshPack(), deviceId: DeviceId.parse(deviceId) });
  world.drain();
}

describe("the right to observe", () => {
  it("M135 ends when the token runs out, with nobody connected", () => {
    const desk = observer(world, carol, { expiresAtMs: world.nowMs + 3_600_000 });
    monitored(world, desk, "start");
    world.disconnect(desk);
    world.crashAll();
    say("1");
    expect(events()).toEqual(["started"]);
    passTimeUntil(world, () => events().length === 2);
    expect(auditOf(world)[1]).toEqual({ id: 2, at: expect.any(Number), userId: carol, event: "expired", seqId: 1 });
    expect(auditOf(world)[1]?.at).toBeGreaterThanOrEqual((auditOf(world)[0]?.at ?? 0) + 3_600_000);
    say("2");
    const next = observer(world, carol);
    expect([observedList(world, next), observedSeqIds(next)]).toEqual([[], []]);
    expect(codeOf(next, pull(next))).toEqual([ERRORS.HISTORY_FORBIDDEN.code]);
  });

  it("M135 goes on with a longer-lived token that connects in time, and not with one without the scope", () => {
    const at = world.nowMs;
    monitored(world, observer(world, carol, { expiresAtMs: at + 3_600_000 }), "start");
    observer(world, carol, { expiresAtMs: at + 7_200_000, deviceId: "renewed" });
    online(world, carol, { deviceType: "ios", expiresAtMs: at + 99_000_000 });
    passTimeUntil(world, () => world.nowMs > at + 5_000_000);
    expect(events()).toEqual(["started"]);
    passTimeUntil(world, () => events().length === 2);
    expect(world.nowMs).toBeGreaterThanOrEqual(at + 7_200_000);
  });

  it("M135 waits for a token that lives longer than a timer may", () => {
    const desk = observer(world, carol, { expiresAtMs: world.nowMs + 20 * 86_400_000 });
    monitored(world, desk, "start");
    world.disconnect(desk);
    passTimeUntil(world, () => events().length === 2);
    expect(events()).toEqual(["started", "expired"]);
  });

  it("M136 ends when the device is kicked, unless another token with the scope is connected", () => {
    const desk = observer(world, carol);
    const phone = online(world, carol, { deviceType: "ios" });
    monitored(world, desk, "start");
    const tablet = observer(world, carol, { deviceType: "android", expiresAtMs: world.nowMs + 3_600_000 });
    kick(phone, "carol-web");
    say("1");
    expect([events(), observedSeqIds(tablet), observedSeqIds(desk)]).toEqual([["started"], [1], []]);
    kick(phone, "carol-android");
    say("2");
    expect([events(), observedSeqIds(tablet)]).toEqual([["started", "revoked"], [1]]);
  });

  it("M136 ends when the device logs out, and goes on when one without the scope does", () => {
    const desk = observer(world, carol);
    const phone = online(world, carol, { deviceType: "ios" });
    monitored(world, desk, "start");
    const logout = (connection: SimConnection) => {
      world.send(connection, { type: "device.logout", packId: freshPack() });
      world.drain();
    };
    logout(phone);
    expect(events()).toEqual(["started"]);
    logout(desk);
    expect(events()).toEqual(["started", "revoked"]);
  });
});
