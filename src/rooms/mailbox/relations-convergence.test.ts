import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorOf, text, tryAppend } from "../../../test/sim/asks.ts";
import { mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, chatRoom } from "../../../test/sim/names.ts";
import { ask, codeOf, rest, stateWith } from "../../../test/sim/relations.ts";
import type { SimConnection } from "../../../test/sim/sim-connection.ts";
import { World } from "../../../test/sim/world.ts";

const who = fc.integer({ min: 0, max: 1 });
const Step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom("add", "accept", "refuse", "remove", "block", "unblock"), who }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("land", "lose"), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("evict", "crash"), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.nat(20_000) }) },
);
type Step = { readonly do: string; readonly who?: number; readonly at?: number; readonly ms?: number };

/** Two users who do anything at any time, over calls that arrive in any order, twice, or not at all. */
class Pair {
  readonly world: World;
  readonly asked: { device: SimConnection; packId: string }[] = [];
  #devices: SimConnection[];

  constructor(friendship: "direct" | "request") {
    this.world = new World({ policy: { friendship, messages: "friends" } });
    this.#devices = [online(this.world, alice), online(this.world, bob)];
  }

  step({ do: what, who: index = 0, at = 0, ms = 0 }: Step): void {
    const { world } = this;
    const me = index === 0 ? alice : bob;
    if (what === "land" || what === "lose") {
      const { length } = world.flights;
      if (length > 0) world.land(at % length, what === "land" ? "arrives" : "lost");
    } else if (what === "wait") {
      world.nowMs += ms;
      world.ringDue();
    } else if (what === "evict") world.evict(mailboxOf(me));
    else if (what === "crash") {
      // What it sent may still arrive, after what its next life sends.
      world.crash(mailboxOf(me));
      this.#devices[index] = online(world, me);
    } else this.#act(what, index);
  }

  device(index: number): SimConnection {
    const device = this.#devices[index];
    if (device === undefined) throw new Error("two users");
    return device;
  }

  #act(what: string, index: number): void {
    const device = this.device(index);
    const userId = index === 0 ? bob : alice;
    const packId =
      what === "add"
        ? ask(this.world, device, "friend.add", { userId })
        : what === "remove"
          ? ask(this.world, device, "friend.remove", { userId })
          : what === "block" || what === "unblock"
            ? ask(this.world, device, what === "block" ? "block.add" : "block.remove", { userId })
            : ask(this.world, device, "friend.answer", { userId, accept: what === "accept" });
    this.asked.push({ device, packId });
  }
}

const MIRROR: Readonly<Record<string, string>> = {
  friend: "friend",
  requested: "incoming",
  incoming: "requested",
  none: "none",
};

describe("two sides of a relation", () => {
  it.each(["request", "direct"] as const)("M89 agree at rest, whatever happened on the way (%s)", (friendship) => {
    fc.assert(
      fc.property(fc.array(Step, { maxLength: 60 }), (steps) => {
        const pair = new Pair(friendship);
        for (const step of steps) pair.step(step);
        const { world } = pair;
        rest(world);
        expect(world.faults).toEqual([]);
        const [mine, theirs] = [stateWith(world, pair.device(0), bob), stateWith(world, pair.device(1), alice)];
        expect(theirs).toBe(MIRROR[mine]);
        const blocks = [0, 1].map((index) => blocksOf(world, pair.device(index)));
        for (const [index, from] of [alice, bob].entries()) {
          const expected = blocks[1 - index] ? "BLOCKED" : mine === "friend" ? undefined : "NOT_FRIENDS";
          expect(errorOf(tryAppend(world, from, [text(`m${index}`)], chatRoom))).toBe(expected);
        }
        for (const { device, packId } of pair.asked) if (device.isOpen) expect(codeOf(device, packId)).toBeDefined();
      }),
      { numRuns: 150 },
    );
  });
});

function blocksOf(world: World, device: SimConnection): boolean {
  const packId = ask(world, device, "block.list", {});
  const [ack] = device.acks(packId);
  return JSON.stringify(ack?.data) !== JSON.stringify({ userIds: [] });
}
