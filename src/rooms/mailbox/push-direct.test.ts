import { beforeEach, describe, expect, it } from "vitest";
import { append, text } from "../../../test/sim/asks.ts";
import { mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, pack } from "../../../test/sim/names.ts";
import { PHONE, PushStage } from "../../../test/sim/pushes.ts";
import { subscribe } from "../../../test/sim/webhook-jobs.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { PushNotification } from "../../protocol/rpc/push-call.ts";

const DAY_MS = 86_400_000;

let stage: PushStage;
beforeEach(() => {
  stage = new PushStage();
});

function notify(packId: string, changes: Partial<PushNotification> = {}): void {
  const notification = { title: "Hi {name}", body: "It is {thing}.", values: { name: "Bob" }, ...changes };
  unwrap(stage.world.call(mailboxOf(bob), { type: "push.notify", packId: pack(packId), notification }));
  stage.world.drain();
}

describe("a push of the app's server", () => {
  it("M180 is one for each packId, with its texts filled in and in the device's language", () => {
    online(stage.world, bob);
    stage.register({ ...PHONE, token: "de", locale: "de-CH" }, bob, "de");
    notify("a", { translations: { de: { body: "Es ist {thing}." } }, uri: "app://x", data: { k: "v" }, sound: "bell" });
    notify("a");
    const pushId = stage.job();
    const taken = stage.take(pushId);
    const texts = taken.kind === "send" ? taken.parts.map(({ message: { title, body } }) => [title, body]) : [];
    expect(texts).toEqual([
      ["Hi Bob", "Es ist {thing}."],
      ["Hi Bob", "It is {thing}."],
    ]);
    const message = taken.kind === "send" ? taken.parts[0]?.message : undefined;
    expect(message).toMatchObject({ id: pushId, collapseId: pushId, uri: "app://x", data: { k: "v" }, sound: "bell" });
    expect(message).not.toHaveProperty("sessionId");
    stage.settle(pushId);
    notify("a");
    stage.world.crashAll();
    notify("a");
    expect([stage.jobs(), stage.take(pushId)]).toEqual([[], { kind: "nothing" }]);
  });

  it("M216 is told to the app's endpoints, as the push log has it", () => {
    const { world } = stage;
    const told: { type: string; data: object }[] = [];
    world.hook = (call) => {
      if (call.type === "post") told.push(JSON.parse(call.body) as (typeof told)[number]); // SAFETY: what is posted
      return { ok: true, value: { kind: "answered", status: 204, tookMs: 1 } };
    };
    subscribe(world, ["push"]);
    const { tokenId } = stage.register(PHONE, bob);
    notify("a");
    const pushId = stage.job();
    stage.take(pushId);
    stage.settle(pushId);
    world.drain();
    expect(told).toMatchObject([{ type: "push.sent", data: { userId: bob, pushId, tokenId } }]);
  });

  it("M180 goes through the providers that it names, and keeps to what the user wants", () => {
    const meizu = { ...PHONE, provider: "meizu", token: "m" } as const;
    const { tokenId } = stage.register(meizu, bob, "meizu");
    notify("a", { providers: ["meizu", "vivo"] });
    const first = stage.job();
    expect(stage.targets(first)).toEqual([tokenId]);
    expect(stage.settle(first)).toEqual({ left: 0 });
    notify("none", { providers: ["apns"] });
    expect(stage.take(stage.job())).toEqual({ kind: "nothing" });
    // It is 22:13 in UTC.
    stage.set({ quiet: { from: "22:00", to: "23:00" } });
    notify("b");
    expect(stage.jobs()).toEqual([]);
    notify("c", { urgent: true, ttlSeconds: 0, priority: "normal", collapseId: "offer" });
    expect(stage.message(stage.job())).toMatchObject({ ttlSeconds: 0, priority: "normal", collapseId: "offer" });
    stage.set({ off: true });
    notify("d", { urgent: true });
    expect(stage.jobs()).toEqual([]);
  });
});

describe("the push log", () => {
  it("M181 says what became of each push at each device, for a week, and nothing of what was shown", () => {
    append(stage.world, alice, [text("secret")]);
    stage.world.drain();
    const pushId = stage.job();
    const [tokenId = ""] = stage.targets(pushId);
    const at = stage.world.nowMs;
    stage.settle(pushId, { kind: "retry", reason: "fcm:503" });
    stage.settle(pushId);
    const receipt = {
      kind: "delivered",
      messageId: "m-1",
      pushId,
      token: "phone-of-bob",
      atMs: at,
      isTokenDead: false,
    } as const;
    const call = { type: "push.receipt", provider: "fcm", receipts: [receipt] } as const;
    unwrap(stage.world.call(mailboxOf(bob), call));
    const about = { at, pushId, provider: "fcm", tokenId };
    const ofPush = { ...about, sessionId: "SC_alice_bob", seqId: 1 };
    expect(stage.log()).toEqual({
      records: [
        { id: 3, ...about, event: "delivered", providerMessageId: "m-1" },
        { id: 2, ...ofPush, event: "sent", providerMessageId: "m-1" },
        { id: 1, ...ofPush, event: "retry", reason: "fcm:503" },
      ],
      more: false,
    });
    expect(stage.log(3, 1)).toMatchObject({ records: [{ id: 2 }], more: true });
    expect(JSON.stringify(stage.log())).not.toContain("secret");
    stage.world.nowMs += 7 * DAY_MS;
    expect(stage.log()).toEqual({ records: [], more: false });
    stage.world.nowMs += DAY_MS;
    stage.world.ring(mailboxOf(bob));
    expect(stage.rows("push_log")).toBe(0);
  });

  it("M182 a receipt of a dead token ends its registration, unless it is newer", () => {
    const dead = { kind: "failed", messageId: "m", token: "phone-of-bob", isTokenDead: true, reason: "5" } as const;
    const post = (atMs: number) =>
      unwrap(
        stage.world.call(mailboxOf(bob), { type: "push.receipt", provider: "fcm", receipts: [{ ...dead, atMs }] }),
      );
    post(stage.world.nowMs - 1);
    expect(stage.tokensOf(bob)).toHaveLength(1);
    post(stage.world.nowMs);
    expect(stage.tokensOf(bob)).toEqual([]);
    expect(stage.events()).toEqual(["failed", "failed"]);
  });
});
