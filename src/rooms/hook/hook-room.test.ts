import { beforeEach, describe, expect, it } from "vitest";
import { append, text, wholeLog } from "../../../test/sim/asks.ts";
import { control, controlFrame } from "../../../test/sim/controls.ts";
import { answered, endpointId, room, SimEndpoint } from "../../../test/sim/hooks.ts";
import { alice, bob, chat, chatRoom, pack } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { logEventOf } from "../../protocol/log-event.ts";
import type { WebhookEvent } from "../../protocol/rpc/hook-call.ts";

const DAY_MS = 86_400_000;
const settings = { url: "https://hooks.example/parley", events: ["message" as const] };
let hook: SimEndpoint;
beforeEach(() => {
  hook = new SimEndpoint();
  hook.create();
});

const stateOf = () => (hook.ask({ type: "hook.read" }) as { state: object }).state; // SAFETY: what it answers with

describe("an endpoint", () => {
  it("W1 keeps its first secret, and is known by what was asked for", () => {
    const again = hook.ask({ type: "hook.create", settings, secret: "whsec_two" });
    expect(again).toMatchObject({ endpointId, ...settings, state: { kind: "active" }, secret: "whsec_one" });
    const other = { ...settings, url: "https://elsewhere.example/" };
    expect(hook.world.call(room, { type: "hook.create", settings: other, secret: "whsec_two" })).toMatchObject({
      error: "PACK_CONFLICT",
    });
    expect(hook.ask({ type: "hook.read" })).not.toHaveProperty("secret");
    hook.ask({ type: "hook.delete" });
    for (const type of ["hook.read", "hook.test"] as const)
      expect(hook.world.call(room, { type })).toMatchObject({ error: "NO_SUCH_ENDPOINT" });
  });

  it("W2 signs with both secrets for the time asked for", () => {
    const rotate = (secret: string) => hook.ask({ type: "hook.rotate", secret, graceMs: 60_000, key: pack("turn") });
    rotate("whsec_two");
    hook.put("a", 1);
    hook.run(0);
    hook.world.nowMs += 60_000;
    hook.put("a", 2);
    hook.run(0);
    expect(hook.posts.map(({ secrets }) => secrets)).toEqual([["whsec_two", "whsec_one"], ["whsec_two"]]);
    expect(rotate("whsec_three")).toMatchObject({ secret: "whsec_two" });
  });

  it("W3 is forgotten with its events, and an answer that is late for it changes no other", () => {
    hook.put("a", 1, 2);
    const [late] = hook.world.flights;
    hook.ask({ type: "hook.delete" });
    hook.ask({ type: "hook.delete" });
    hook.put("a", 3);
    expect(hook.world.storage.forRoom("").prepare("SELECT room FROM hook_events").all()).toEqual([]);
    hook.world.nowMs += 1;
    hook.create("whsec_three");
    hook.answer = () => answered(500);
    hook.put("a", 1);
    expect(late?.kind).toBe("request");
    hook.world.answer(0, { ok: true, value: answered(204) });
    hook.run(0);
    expect(hook.deliveries().deliveries).toMatchObject([{ number: 1, state: "waiting", attempts: 1 }]);
  });

  it("W4 is disabled when nothing arrived for 72 hours, keeps its events, and delivers them when it is enabled", () => {
    hook.answer = () => ({ kind: "unanswered", why: "refused", tookMs: 1 });
    for (let day = 0; day < 4; day += 1) {
      hook.put("a", day * 2 + 1, day * 2 + 2);
      hook.run(DAY_MS);
      hook.world.nowMs += DAY_MS - 1;
    }
    expect(stateOf()).toMatchObject({ kind: "disabled", why: "failing" });
    expect(hook.reported).toEqual(["failing"]);
    const tried = hook.posts.length;
    hook.put("a", 100);
    hook.put("b", 1);
    hook.run();
    expect(hook.posts.length).toBe(tried);
    hook.answer = () => answered(200);
    hook.ask({ type: "hook.update", settings: {}, enabled: true });
    hook.run();
    expect(stateOf()).toEqual({ kind: "active" });
    expect(hook.takenOf("a").at(-1)).toBe(100);
    expect(hook.takenOf("b")).toEqual([1]);
  });

  it("W4 is not disabled for one event that fails while others arrive", () => {
    hook.answer = ({ lane }) => (lane === "poison" ? answered(500) : answered(204));
    for (let hour = 1; hour < 24 * 5; hour += 1) {
      hook.put("poison", hour);
      hook.put("fine", hour);
      hook.run(3_600_000);
    }
    expect(stateOf()).toEqual({ kind: "active" });
    expect(hook.takenOf("fine")).toHaveLength(24 * 5 - 1);
  });

  it("W4 is disabled by a receiver that is gone, and by its app", () => {
    hook.answer = () => answered(410);
    hook.put("a", 1);
    hook.put("b", 1);
    hook.run(0);
    expect(stateOf()).toMatchObject({ kind: "disabled", why: "gone" });
    expect(hook.reported).toEqual(["gone"]);
    hook.answer = () => answered(204);
    hook.ask({ type: "hook.update", settings: {}, enabled: true });
    hook.run();
    expect([hook.takenOf("a"), hook.takenOf("b")]).toEqual([[1], [1]]);
    hook.ask({ type: "hook.update", settings: {}, enabled: false });
    expect(stateOf()).toMatchObject({ kind: "disabled", why: "asked" });
  });
});

describe("the log of an endpoint", () => {
  it("W20 lists events in pages, with what became of them", () => {
    hook.answer = ({ position }) => (position === 2 ? answered(503) : answered(204));
    hook.put("a", 1);
    hook.put("a", 2);
    hook.put("a", 3);
    hook.run(0);
    const first = hook.deliveries(2);
    expect(first).toMatchObject({
      deliveries: [
        { number: 3, lane: "a", type: "message.sent", state: "waiting", attempts: 0 },
        { number: 2, state: "waiting", attempts: 1, last: { status: 503, tookMs: 5 } },
      ],
      more: true,
    });
    expect(hook.deliveries(2, 2)).toMatchObject({ deliveries: [{ number: 1, state: "delivered" }], more: false });
    hook.run(2 * DAY_MS);
    expect(hook.deliveries().deliveries.map(({ state }) => state)).toEqual(["delivered", "failed", "delivered"]);
    expect(hook.taken[0]?.id).toBe(hook.deliveries().deliveries[2]?.id);
  });

  it("W21 is replayed from a time, in order, before what is new", () => {
    hook.put("a", 1);
    hook.put("b", 1);
    hook.run();
    hook.world.nowMs += 1_000;
    const since = hook.world.nowMs;
    hook.put("a", 2, 3);
    hook.put("b", 2);
    hook.run();
    hook.answer = () => answered(500);
    hook.put("a", 4);
    hook.run(0);
    const before = hook.taken.splice(0);
    hook.answer = () => answered(204);
    expect(hook.ask({ type: "hook.replay", since })).toEqual({ events: 4 });
    hook.put("a", 5);
    hook.run();
    expect([hook.takenOf("a"), hook.takenOf("b")]).toEqual([[2, 3, 4, 5], [2]]);
    expect(hook.taken.find(({ position }) => position === 3)?.id).toBe(before.find((one) => one.position === 3)?.id);
    expect(hook.ask({ type: "hook.replay", since: hook.world.nowMs + 1 })).toEqual({ events: 0 });
  });

  it("W22 forgets what is old or too much, and gives no number twice", () => {
    hook.put("a", 1, 2);
    hook.run();
    const [newest] = hook.deliveries().deliveries;
    hook.world.nowMs += 7 * DAY_MS;
    hook.ring();
    expect(hook.deliveries().deliveries).toEqual([]);
    hook.put("a", 3);
    hook.run();
    expect(newest?.number).toBe(2);
    expect(hook.deliveries().deliveries).toMatchObject([{ number: 3, state: "delivered" }]);
    const insert = hook.world.storage.forRoom(room).prepare(
      `INSERT INTO hook_events (room, number, lane, position, type, at, body)
         SELECT ?, value, 'old', value, '', ?, '{}' FROM json_each(?)`,
    );
    const numbers = Array.from({ length: 100_300 }, (_, index) => index + 4);
    insert.run(room, hook.world.nowMs, JSON.stringify(numbers));
    hook.put("a", 4);
    hook.put("a", 5);
    hook.run();
    const kept = hook.world.storage.forRoom("").prepare("SELECT count(*) AS n FROM hook_events").get()?.n;
    expect(kept).toBe(100_001);
    expect(hook.takenOf("a")).toEqual([1, 2, 3, 4, 5]);
  });

  it("W23 says no more what a message said that is gone, nor what edits made of it", () => {
    const world = new World();
    hook = new SimEndpoint(world);
    hook.create();
    world.hook = () => ({ ok: true, value: answered(500) });
    append(world, alice, [text("p1", "secret"), text("p2", "other")]);
    control(world, alice, controlFrame("override", 1, { contentType: 1, content: "edited" }));
    control(world, alice, controlFrame("recall", 1));
    const events = wholeLog(world).map((entry) => logEventOf(chat, entry).event);
    // As the log was before.
    const [first, second, edit, recall] = events as [WebhookEvent, WebhookEvent, WebhookEvent, WebhookEvent]; // SAFETY: four entries
    const sent = { ...wholeLog(world)[1], seqId: 1, content: "secret" };
    const edited = { ...wholeLog(world)[2], control: { op: "override", target: 1, contentType: 1, content: "edited" } };
    hook.ask({ type: "hook.put", events: [{ ...first, data: { sessionId: chat, entry: sent } }, second] });
    hook.ask({ type: "hook.put", events: [{ ...edit, data: { sessionId: chat, entry: edited } }] });
    const bodiesText = () => JSON.stringify(world.storage.forRoom("").prepare("SELECT body FROM hook_events").all());
    expect(bodiesText()).toMatch(/secret.*other.*edited/);
    hook.ask({ type: "hook.put", events: [recall] });
    expect(bodiesText()).not.toMatch(/secret|edited/);
    expect(bodiesText()).toMatch(/other/);
    expect(hook.deliveries().deliveries.map(({ type }) => type)).toEqual([
      "control.recall",
      "control.override",
      "message.sent",
      "message.sent",
    ]);
  });

  it("W23 says no more what was purged, of one sender or of all", () => {
    const world = new World();
    hook = new SimEndpoint(world);
    hook.create();
    world.hook = () => ({ ok: true, value: answered(500) });
    append(world, alice, [text("p1", "secret")]);
    append(world, bob, [text("p2", "other")]);
    control(world, alice, controlFrame("override", 1, { contentType: 1, content: "revised" }));
    control(world, bob, controlFrame("override", 2, { contentType: 1, content: "another" }));
    const put = () => hook.ask({ type: "hook.put", events: wholeLog(world).map((one) => logEventOf(chat, one).event) });
    const bodies = () => JSON.stringify(world.storage.forRoom("").prepare("SELECT body FROM hook_events").all());
    put();
    expect(bodies()).toMatch(/revised.*another/);
    world.call(chatRoom, { type: "forget", userId: alice });
    put();
    expect(bodies()).not.toMatch(/secret|revised/);
    expect(bodies()).toMatch(/another/);
    world.call(chatRoom, { type: "retain", beforeMs: world.nowMs + 1 });
    put();
    expect(bodies()).not.toMatch(/another/);
  });

  it("W24 has tests in it", () => {
    hook.answer = () => answered(204);
    const { id } = hook.ask({ type: "hook.test" }) as { id: string }; // SAFETY: what it answers with
    hook.ask({ type: "hook.test" });
    hook.run();
    expect(hook.posts.map((post) => post.id)).toContain(id);
    expect(hook.deliveries().deliveries.map(({ type }) => type)).toEqual(["endpoint.test", "endpoint.test"]);
  });
});
