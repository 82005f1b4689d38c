import { beforeEach, describe, expect, it } from "vitest";
import { SimGroup } from "../../../test/sim/asks.ts";
import { controlFrame } from "../../../test/sim/controls.ts";
import { freshPack, mailboxOf, online, read, say } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat } from "../../../test/sim/names.ts";
import { subscribe } from "../../../test/sim/webhook-jobs.ts";
import { World } from "../../../test/sim/world.ts";
import { UserId } from "../../protocol/ids.ts";
import type { PostCall } from "../../protocol/rpc/hook-service-call.ts";

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

let world: World;
let told: Told[];
beforeEach(() => {
  world = new World();
  told = [];
  world.hook = (call) => {
    told.push(JSON.parse((call as PostCall).body) as Told); // SAFETY: endpoints are posted to, and that is what is posted
    return { ok: true, value: { kind: "answered", status: 204, tookMs: 1 } };
  };
});

const types = () => told.map(({ type }) => type);

describe("what an app is told of a user", () => {
  it("M210 is nothing, and costs nothing, while nobody wants to know", () => {
    subscribe(world, ["message"]);
    const bobs = online(world, bob);
    say(world, online(world, alice), "hello");
    world.drain();
    world.storage.rowsWritten = 0;
    const before = world.storage.statementsOn("webhook_told");
    read(world, bobs, 1);
    world.drain();
    expect([told, world.storage.statementsOn("webhook_told") - before]).toEqual([[], 0]);
  });

  it("M211 is that their read cursor moved, in order", () => {
    subscribe(world, ["read"]);
    const [alices, bobs] = [online(world, alice), online(world, bob)];
    for (const text of ["one", "two", "three"]) say(world, alices, text);
    world.drain();
    read(world, bobs, 1);
    world.drain();
    read(world, bobs, 1);
    read(world, bobs, 2);
    world.drain();
    world.send(bobs, { type: "msg.readAll", packId: freshPack() });
    world.drain();
    const moved = (readSeqId: number) => ({ type: "read.moved", data: { userId: bob, sessionId: chat, readSeqId } });
    expect(told).toMatchObject([moved(1), moved(2), moved(3)]);
  });

  it("M212 is how they stand to another, on both sides", () => {
    subscribe(world, ["relation"]);
    const alices = online(world, alice);
    world.send(alices, { type: "block.add", packId: freshPack(), userId: bob });
    world.drain();
    expect(told).toMatchObject([{ type: "relation.changed", data: { userId: alice, otherId: bob, blocked: true } }]);
    world.send(alices, { type: "block.remove", packId: freshPack(), userId: bob });
    world.send(alices, { type: "friend.add", packId: freshPack(), userId: bob });
    world.drain();
    const states = told.map(({ data }) => [data.userId, data.state]);
    expect(states).toContainEqual([alice, "requested"]);
    expect(states).toContainEqual([bob, "incoming"]);
  });

  it("M213 is when they come, and when they are gone for more than 10 s", () => {
    subscribe(world, ["presence"]);
    const first = online(world, alice, { deviceId: "phone" });
    const second = online(world, alice, { deviceId: "desk", deviceType: "macos" });
    world.drain();
    expect(types()).toEqual(["presence.online"]);
    world.disconnect(first);
    world.disconnect(second);
    world.nowMs += 9_999;
    const back = online(world, alice);
    world.nowMs += 60_000;
    world.ringDue();
    world.drain();
    expect(types()).toEqual(["presence.online"]);
    world.disconnect(back);
    world.nowMs += 10_000;
    world.ringDue();
    world.drain();
    expect(types()).toEqual(["presence.online", "presence.offline"]);
    expect(told[1]?.data).toEqual({ userId: alice, lastSeenAt: world.nowMs - 10_000 });
    online(world, alice);
    world.drain();
    world.crash(mailboxOf(alice));
    world.nowMs += 400_000;
    world.ringDue();
    world.drain();
    expect(types().slice(2)).toEqual(["presence.online", "presence.offline"]);
  });

  it("M214 reaches the endpoint through a crash of everything, once", () => {
    subscribe(world, ["read"]);
    const bobs = online(world, bob);
    say(world, online(world, alice), "hello");
    world.drain();
    read(world, bobs, 1);
    world.crashAll();
    world.nowMs += 60_000;
    world.ringDue();
    world.drain();
    world.ringDue();
    world.drain();
    expect(types()).toEqual(["read.moved"]);
  });
});

describe("what a bot is told", () => {
  const bot = UserId.parse("echo");

  it("M215 is what its devices would see, without what it sent itself", () => {
    subscribe(world, ["message", "control", "group"], bot);
    const group = SimGroup.create(world, alice, [bot, bob]);
    world.drain();
    const alices = online(world, alice);
    const [bots] = [online(world, bot)];
    say(world, alices, "hello", group.sessionId);
    say(world, alices, "for bob only");
    world.drain();
    say(world, bots, "hello yourself", group.sessionId);
    world.drain();
    world.send(alices, controlFrame("recall", 2, { sessionId: group.sessionId }));
    world.drain();
    expect(types()).toEqual(["group.created", "message.sent", "control.recall"]);
    expect(told[1]?.data).toMatchObject({ sessionId: group.sessionId, entry: { from: alice, content: "hello" } });
  });

  it("M215 is each entry once, also when it is delivered again", () => {
    subscribe(world, ["message"], bot);
    const group = SimGroup.create(world, alice, [bot, carol]);
    world.drain();
    const alices = online(world, alice);
    for (let round = 0; round < 20; round += 1) {
      say(world, alices, String(round), group.sessionId);
      if (round % 3 === 0) world.crash(mailboxOf(bot));
      if (round % 5 === 0) world.crash(group.room);
      world.nowMs += 6_000;
      world.ringDue();
      world.drain();
    }
    const said = told.map(({ data }) => (data.entry as { content: string }).content); // SAFETY: messages with text
    expect(said).toEqual(Array.from({ length: 20 }, (_, round) => String(round)));
  });
});
