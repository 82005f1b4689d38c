import { beforeEach, describe, expect, it } from "vitest";
import { freshPack, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob } from "../../../test/sim/names.ts";
import { PHONE, PushStage } from "../../../test/sim/pushes.ts";
import { World } from "../../../test/sim/world.ts";
import { pushTokenRoom } from "../../kernel/room-name.ts";
import { ERRORS } from "../../protocol/errors.ts";
import { PushRegistration } from "../../protocol/frames/push.ts";
import { DeviceId } from "../../protocol/ids.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

let stage: PushStage;
beforeEach(() => {
  stage = new PushStage();
});

const subscribed = (endpoint: string): PushRegistration =>
  PushRegistration.parse({
    provider: "webpush",
    subscription: { endpoint, keys: { p256dh: "BPublic-key_", auth: "secret" } },
    packageName: "chat.example.org",
  });

describe("a registration for pushes", () => {
  it("M160 is listed without its token, and takes the place of an older one of the device and package", () => {
    const device = { deviceId: "bob-phone", provider: "fcm", packageName: "org.example.chat" };
    const listed = () => stage.ask({ type: "push.list" });
    const [tokenId] = stage.tokensOf(bob);
    expect(listed()).toEqual({ tokens: [{ tokenId, ...device, registeredAt: stage.world.nowMs }] });
    stage.register({ ...PHONE, token: "newer", locale: "de", appVersion: "2.1" });
    const [newer] = stage.tokensOf(bob);
    expect(newer).not.toBe(tokenId);
    stage.register({ ...PHONE, token: "other-app", packageName: "org.example.other" });
    stage.register({ ...PHONE, token: "other-device" }, bob, "bob-tablet");
    expect(listed()).toMatchObject({
      tokens: [
        { deviceId: "bob-tablet", provider: "fcm" },
        { deviceId: "bob-phone", packageName: "org.example.other" },
        { tokenId: newer, locale: "de", appVersion: "2.1" },
      ],
    });
    expect(JSON.stringify(listed())).not.toContain("other-device");
  });

  it("M160 is at a push service that is known, and there are at most 20", () => {
    stage.register(subscribed("https://updates.push.services.mozilla.com/wpush/v2/abc"));
    const phone = online(stage.world, bob, { deviceType: "ios" });
    for (const endpoint of ["https://10.0.0.1/x", "http://localhost:1/x", "https://fcm.googleapis.com.evil.org/x"]) {
      const packId = freshPack();
      stage.world.send(phone, { type: "device.push", packId, registration: subscribed(endpoint) });
      expect(phone.acks(packId)).toMatchObject([{ code: ERRORS.BAD_PARAMETER.code }]);
    }
    for (let index = 0; index < 25; index += 1) stage.register({ ...PHONE, token: `t${index}` }, bob, `d${index}`);
    expect(stage.rows("push_tokens")).toBe(20);
  });

  it("M160 may be at the services of the deployment instead, and at no others", () => {
    const webPushServices = ["http://simulator.test:1"];
    stage = new PushStage(new World({ policy: { webPushServices } }));
    stage.register(subscribed("http://simulator.test:1/abc"));
    const refused = () => stage.register(subscribed("https://updates.push.services.mozilla.com/abc"));
    expect(refused).toThrow(`"code":${ERRORS.BAD_PARAMETER.code}`);
    expect(stage.rows("push_tokens")).toBe(2);
  });

  it("M160 takes a token or a subscription, as the provider wants it, in words that runtimes know", () => {
    const { subscription, ...rest } = subscribed("https://web.push.apple.com/x");
    for (const wrong of [
      { ...PHONE, provider: "webpush" },
      { ...rest, subscription, token: "t" },
      { ...PHONE, subscription },
      { ...PHONE, token: "with space" },
      { ...PHONE, locale: "not a language" },
      { ...PHONE, timeZone: "Europe/Atlantis" },
    ])
      expect(PushRegistration.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
    expect(PushRegistration.safeParse({ ...PHONE, locale: "zh-Hant-TW", timeZone: "Asia/Taipei" }).success).toBe(true);
  });

  it("M161 of a token that somebody else registers ends, however late and often that is heard", () => {
    const [tokenId = ""] = stage.tokensOf(bob);
    stage.register(PHONE, alice, "bob-phone");
    stage.world.crashAll();
    stage.world.ring(mailboxOf(alice));
    stage.world.drain();
    expect([stage.tokensOf(bob), stage.tokensOf(alice)]).toEqual([[], [tokenId]]);
    const owner = () => unwrap(stage.world.call(pushTokenRoom(app, tokenId), { type: "pushToken.owner" }));
    expect(owner()).toEqual({ userId: alice });
    stage.register(PHONE);
    expect(stage.world.call(mailboxOf(bob), { type: "push.unclaim", tokenId, version: 1 }).ok).toBe(true);
    stage.world.drain();
    expect([stage.tokensOf(bob), stage.tokensOf(alice)]).toEqual([[tokenId], []]);
    expect(owner()).toEqual({ userId: bob });
  });

  it("M162 ends when it is told to, or the device is logged out or kicked, connected before or not", () => {
    const deviceOf = (name: string) => ({ tokenId: stage.register({ ...PHONE, token: name }, bob, name).tokenId });
    const [one, two] = [deviceOf("one"), deviceOf("two")];
    expect(stage.ask({ type: "device.pushOff", tokenId: one.tokenId })).toEqual({ removed: 1 });
    expect(stage.ask({ type: "device.pushOff" }, bob, "two")).toEqual({ removed: 1 });
    expect(stage.ask({ type: "device.pushOff" }, bob, "two")).toEqual({ removed: 0 });
    expect(stage.tokensOf(bob)).not.toContain(two.tokenId);
    const laptop = online(stage.world, bob, { deviceType: "web", deviceId: "laptop" });
    const registration = { ...PHONE, token: "never" };
    const deviceId = DeviceId.parse("never-connected");
    stage.world.send(laptop, { type: "device.push", packId: freshPack(), registration, deviceId });
    stage.world.send(laptop, { type: "device.push", packId: freshPack(), registration: { ...PHONE, token: "laptop" } });
    expect(stage.rows("push_tokens")).toBe(3);
    stage.world.send(laptop, { type: "device.kickOthers", packId: freshPack() });
    expect(stage.rows("push_tokens")).toBe(1);
    stage.world.send(laptop, { type: "device.logout", packId: freshPack() });
    expect(stage.rows("push_tokens")).toBe(0);
  });

  it("M163 has settings of the user, which change one by one", () => {
    const change = (settings: object) => stage.ask({ type: "push.settings", settings });
    const quiet = { from: "22:00", to: "07:00" };
    expect(change({ quiet, timeZone: "Asia/Tokyo", hideContent: true })).toEqual({
      quiet,
      timeZone: "Asia/Tokyo",
      hideContent: true,
    });
    expect(change({ hideContent: null, off: true })).toEqual({ quiet, timeZone: "Asia/Tokyo", off: true });
    stage.world.crashAll();
    expect(change({})).toEqual({ quiet, timeZone: "Asia/Tokyo", off: true });
  });
});
