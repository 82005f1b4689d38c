import { beforeEach, describe, expect, it } from "vitest";
import { answered, room, SimEndpoint } from "../../../test/sim/hooks.ts";
import { World } from "../../../test/sim/world.ts";

let hook: SimEndpoint;
beforeEach(() => {
  hook = new SimEndpoint();
  hook.create();
});

const lanes = (count: number) => Array.from({ length: count }, (_, index) => `lane${index}`);

describe("the delivery of events", () => {
  it("W10 knows an event that is brought again", () => {
    hook.put("a", 1, 2);
    hook.put("a", 1, 2, 5);
    hook.run();
    hook.put("a", 2, 5);
    hook.run();
    expect(hook.takenOf("a")).toEqual([1, 2, 5]);
  });

  it("W11 posts again under the same id what was not answered with success", () => {
    const results = [answered(500), answered(302), { kind: "unanswered", why: "timeout", tookMs: 9 } as const];
    hook.answer = () => results.shift() ?? answered(201);
    hook.put("a", 1);
    hook.run();
    expect(hook.posts).toHaveLength(4);
    expect(new Set(hook.posts.map(({ id }) => id)).size).toBe(1);
    expect(hook.deliveries().deliveries).toMatchObject([{ state: "delivered", attempts: 4, last: { status: 201 } }]);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "W11 loses nothing, and keeps the order, through crashes and lost answers (%i)",
    (seed) => {
      const world = new World({ seed });
      hook = new SimEndpoint(world);
      hook.create();
      hook.answer = () => (world.random() < 0.2 ? answered(500) : answered(204));
      const next = new Map(lanes(6).map((lane) => [lane, 1]));
      for (let step = 0; step < 400; step += 1) {
        world.ringDue();
        const dice = world.random();
        const lane = lanes(6)[Math.floor(world.random() * 6)] as string; // SAFETY: one of six
        if (dice < 0.2) hook.put(lane, next.get(lane) ?? 0);
        if (dice < 0.2) next.set(lane, (next.get(lane) ?? 0) + 1);
        else if (dice < 0.23) world.crash(room);
        else if (dice < 0.26) world.evict(room);
        else if (world.flights.length === 0) world.nowMs += 60_000;
        else world.land(Math.floor(world.random() * world.flights.length), world.random() < 0.1 ? "lost" : "arrives");
      }
      hook.answer = () => answered(204);
      hook.run();
      for (const [lane, end] of next) {
        // Whatever comes again comes before anything is first.
        const firsts = hook.takenOf(lane).filter((position, index, all) => all.indexOf(position) === index);
        expect(firsts).toEqual(Array.from({ length: end - 1 }, (_, index) => index + 1));
      }
      expect(world.faults).toEqual([]);
    },
  );

  it("W12 keeps a lane in order, and lets no other wait for it", () => {
    hook.answer = ({ lane }) => (lane === "failing" ? answered(500) : answered(204));
    hook.put("hanging", 1, 2);
    hook.put("failing", 1, 2);
    hook.put("fine", 1, 2, 3);
    expect(hook.underWay().sort()).toEqual(["failing", "fine", "hanging"]);
    const isHanging = ({ kind }: { kind: string }, index: number) => kind === "request" && index === 0;
    while (hook.world.flights.some((flight, index) => !isHanging(flight, index))) hook.world.land(1);
    expect(hook.taken.map(({ lane, position }) => [lane, position])).toEqual([
      ["fine", 1],
      ["fine", 2],
      ["fine", 3],
    ]);
    expect(hook.underWay()).toEqual(["hanging"]);
    hook.answer = () => answered(204);
    hook.run();
    expect([hook.takenOf("hanging"), hook.takenOf("failing")]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("W13 has at most 8 posts under way", () => {
    for (const lane of lanes(30)) hook.put(lane, 1);
    expect(hook.underWay()).toHaveLength(8);
    let most = 0;
    while (hook.world.flights.length > 0) {
      hook.world.land(0);
      most = Math.max(most, hook.underWay().length);
    }
    expect(most).toBe(8);
    expect(hook.taken).toHaveLength(30);
  });

  it("W14 pauses longer with every failure, as long as the receiver asks, and gives up after a day", () => {
    const postedAt: number[] = [];
    hook.answer = ({ lane, position }) => {
      const isPoison = lane === "a" && position === 1;
      if (isPoison) postedAt.push(hook.world.nowMs);
      return isPoison ? answered(503, 30_000) : answered(204);
    };
    hook.put("a", 1, 2);
    // Others arrive every minute, so that it is not the receiver that is down.
    const minuteMs = 60_000;
    for (let other = 1; hook.takenOf("a").length === 0; other += 1) {
      hook.put("other", other);
      hook.world.drain();
      hook.world.nowMs += minuteMs;
      hook.world.ringDue();
    }
    const pauses = postedAt.slice(1).map((atMs, index) => atMs - Number(postedAt[index]));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(3_600_000 + minuteMs);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(1_800_000);
    const triedForMs = Number(postedAt.at(-1)) - Number(postedAt[0]);
    expect(triedForMs).toBeGreaterThanOrEqual(86_400_000);
    expect(triedForMs).toBeLessThan(86_400_000 + 3_600_000 + minuteMs);
    expect(hook.takenOf("a")).toEqual([2]);
  });

  it("W14 is not kept waiting by a clock that was put back", () => {
    hook.answer = () => answered(500);
    hook.put("a", 1);
    hook.run(0);
    hook.world.nowMs -= 10 * 86_400_000;
    hook.answer = () => answered(204);
    hook.world.ring(room);
    hook.run(0);
    expect(hook.takenOf("a")).toEqual([1]);
  });

  it("W15 tries a receiver that is down with one event at a time", () => {
    hook.answer = () => answered(500);
    for (const lane of lanes(50)) hook.put(lane, 1);
    hook.world.drain();
    expect(hook.posts.length).toBeLessThan(8 + 8);
    for (let alarms = 0; alarms < 10; alarms += 1) {
      hook.ring();
      expect(hook.underWay().length).toBeLessThanOrEqual(1);
      hook.world.drain();
    }
    expect(hook.posts.length).toBeLessThan(26);
    hook.answer = () => answered(204);
    hook.run();
    expect(hook.taken).toHaveLength(50);
  });

  it("W16 tries everything at once at a new address", () => {
    hook.answer = () => answered(500);
    for (const lane of lanes(5)) hook.put(lane, 1);
    hook.run(7_200_000);
    expect(hook.taken).toEqual([]);
    hook.answer = () => answered(204);
    hook.ask({ type: "hook.update", settings: { url: "https://new.example/" } });
    hook.run(0);
    expect(hook.taken).toHaveLength(5);
    expect(hook.posts.at(-1)?.url).toBe("https://new.example/");
  });
});
