import { describe, expect, it } from "vitest";
import { AppId, UserId } from "./ids.ts";
import { ownerOfPush, pushIdOf } from "./push-id.ts";
import { pushTokenIdOf } from "./push-token-id.ts";

const app = AppId.parse("dev");
const alice = UserId.parse("alice:1@example.org");

describe("the id of a push", () => {
  it("says whose it is", () => {
    const id = pushIdOf(app, alice, 1_700_000_000_000);
    expect(ownerOfPush(id)).toEqual({ app, userId: alice });
    expect(pushIdOf(app, alice, 1_700_000_000_001)).not.toBe(id);
    expect(id.length).toBeLessThan(64);
  });

  it.each(["", "dev/alice", "dev/alice/1/2", "DEV/alice/1", "dev/al ice/1", "dev//1"])("is not %j", (text) => {
    expect(ownerOfPush(text)).toBeUndefined();
  });
});

describe("the id of a push token", () => {
  it("follows from the provider and the address alone", () => {
    const ids = [
      pushTokenIdOf("apns", { kind: "token", token: "a" }),
      pushTokenIdOf("apns", { kind: "token", token: "b" }),
      pushTokenIdOf("fcm", { kind: "token", token: "a" }),
      pushTokenIdOf("webpush", { kind: "subscription", endpoint: "a", p256dh: "k", auth: "k" }),
    ];
    expect(new Set(ids).size).toBe(4);
    const rekeyed = { kind: "subscription", endpoint: "a", p256dh: "other", auth: "other" } as const;
    expect(pushTokenIdOf("webpush", rekeyed)).toBe(ids[3]);
  });
});
