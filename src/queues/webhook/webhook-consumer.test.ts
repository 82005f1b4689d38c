import { beforeEach, describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { control, controlFrame } from "../../../test/sim/controls.ts";
import { alice, app, bob, chat, user } from "../../../test/sim/names.ts";
import { subscribe, workOnWebhooks } from "../../../test/sim/webhook-jobs.ts";
import { World } from "../../../test/sim/world.ts";
import { appRoom, hookRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppSettings } from "../../protocol/rpc/app-settings.ts";
import type { PostCall } from "../../protocol/rpc/hook-service-call.ts";
import { failed, unwrap } from "../../protocol/rpc/outcome.ts";
import { DONE } from "../consumer.ts";
import { WebhookConsumer } from "./webhook-consumer.ts";

interface Told {
  readonly url: string;
  readonly type: string;
  readonly sessionId: string;
  readonly seqId: number;
}

let world: World;
let told: Told[];
beforeEach(() => {
  world = new World();
  told = [];
  world.hook = (call) => {
    const { url, body } = call as PostCall; // SAFETY: endpoints are posted to
    const { type, data } = JSON.parse(body) as { type: string; data: { sessionId: string; entry: { seqId: number } } }; // SAFETY: what is posted
    told.push({ url, type, sessionId: data.sessionId, seqId: data.entry.seqId });
    return { ok: true, value: { kind: "answered", status: 204, tookMs: 1 } };
  };
});

const feedRows = () => world.storage.forRoom("").prepare("SELECT 1 AS found FROM feeds").all().length;
const seqIdsOf = (sessionId: string, url = "https://message.example/") =>
  told.flatMap((one) => (one.sessionId === sessionId && one.url === url ? one.seqId : []));

describe("the log of a session", () => {
  it("S155 is no feed, and costs nothing for it, while nobody wants its entries", () => {
    subscribe(world, ["read"]);
    subscribe(world, ["message", "group"], user("bot"));
    append(world, alice, [text("one")]);
    world.drain();
    expect([world.jobsOf("webhook"), feedRows()]).toEqual([[], 0]);
  });

  it("S155 is told from the moment on in which it is wanted, at once, and one job at a time", async () => {
    append(world, alice, [text("before")]);
    world.drain();
    world.nowMs += 1;
    subscribe(world, ["message"]);
    append(world, alice, [text("one")]);
    append(world, alice, [text("two")]);
    world.drain();
    expect(world.jobsOf("webhook")).toEqual([{ app, sessionId: chat }]);
    expect(await workOnWebhooks(world)).toEqual([DONE]);
    world.drain();
    expect(seqIdsOf(chat)).toEqual([2, 3]);
    append(world, alice, [text("three")]);
    world.drain();
    await workOnWebhooks(world);
    world.drain();
    expect(seqIdsOf(chat)).toEqual([2, 3, 4]);
  });

  it("S155 loses nothing when everything dies between an entry and its job", async () => {
    subscribe(world, ["message"]);
    append(world, alice, [text("one")]);
    world.crashAll();
    expect(world.jobsOf("webhook")).toEqual([]);
    world.nowMs += 30_000;
    world.ringDue();
    world.drain();
    await workOnWebhooks(world);
    world.drain();
    expect(seqIdsOf(chat)).toEqual([1]);
  });

  it("goes to each endpoint as far as it wants it, each entry once", async () => {
    subscribe(world, ["message"]);
    subscribe(world, ["control", "group"]);
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("one"), text("two")], group.room);
    control(world, alice, controlFrame("recall", 2, { sessionId: group.sessionId }));
    world.drain();
    const [job] = world.jobsOf("webhook");
    await workOnWebhooks(world);
    world.jobsOf("webhook").push(...(job === undefined ? [] : [job]));
    await workOnWebhooks(world);
    world.drain();
    expect(seqIdsOf(group.sessionId)).toEqual([2, 3]);
    const others = told.filter(({ url }) => url === "https://control-group.example/");
    expect(others.map(({ type, seqId }) => [type, seqId])).toEqual([
      ["group.created", 1],
      ["control.recall", 4],
    ]);
  });

  it("goes on after an endpoint's room could not be reached, and does not move the cursor before", async () => {
    subscribe(world, ["message"]);
    const second = hookRoom(app, subscribe(world, ["control"]));
    append(world, alice, [text("one")]);
    control(world, alice, controlFrame("recall", 1));
    world.drain();
    const [delivery] = world.jobsOf("webhook");
    const consumer = (isDown: boolean) =>
      new WebhookConsumer({
        call: async (room, call) =>
          isDown && room === second ? failed(new ParleyError("UNAVAILABLE")) : world.call(room, call),
        settings: async () => unwrap(world.call(appRoom(app), { type: "app.settings" })) as AppSettings, // SAFETY: what it answers with
      });
    const batch = [{ job: delivery as { app: typeof app; sessionId: typeof chat }, attempts: 1 }]; // SAFETY: the only job there is
    expect(await consumer(true).consume(batch)).toEqual([{ kind: "retry" }]);
    expect(await consumer(false).consume(batch)).toEqual([DONE]);
    world.drain();
    expect(told.map(({ type }) => type).sort()).toEqual(["control.recall", "message.sent"]);
  });

  it("pages through a log that grew while nobody listened", async () => {
    subscribe(world, ["message"]);
    for (let batch = 0; batch < 12; batch += 1)
      append(
        world,
        alice,
        Array.from({ length: 100 }, (_, index) => text(`${batch}-${index}`)),
      );
    world.drain();
    await workOnWebhooks(world);
    world.drain();
    expect(told.map(({ seqId }) => seqId)).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1));
  });
});
