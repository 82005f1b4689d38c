import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionRoom } from "../../src/kernel/room-name.ts";
import type { Entry, HotSession } from "../../src/protocol/entry.ts";
import type { GroupFrame } from "../../src/protocol/frames/group.ts";
import type { SessionId, UserId } from "../../src/protocol/ids.ts";
import { assertAlways } from "./always.ts";
import { append, text, tryAppend, wholeLog } from "./asks.ts";
import { importAll, rowsOf } from "./imports.ts";
import { hotSession } from "./mailboxes.ts";
import { equal } from "./model/equal.ts";
import { operation } from "./model/operation.ts";
import { Sequence, USERS } from "./model/sequence.ts";
import { alice, app, chat } from "./names.ts";
import { tryAsk } from "./states.ts";
import { World } from "./world.ts";

const HOUR_MS = 3_600_000;
const RUNS = 150;
const FIXED_SEEDS = [1, 2];
const OPERATIONS = { minLength: 20, maxLength: 60, size: "max" } as const;

/** How an import goes: how many entries at once, and what happens between. */
const step = fc.record({
  size: fc.integer({ min: 1, max: 12 }),
  repeats: fc.integer({ min: 0, max: 3 }),
  event: fc.constantFrom("nothing" as const, "rest" as const, "crash" as const, "lose" as const, "evict" as const),
});
const ofSessions = operation.filter(({ do: name }) => !/friend/i.test(name));
const plan = fc.record({
  worldSeed: fc.nat(),
  operations: fc.array(ofSessions, OPERATIONS),
  half: fc.nat(60),
  steps: fc.array(step, { minLength: 1, maxLength: 10 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** A part at a time, parts of it again, and again after whatever went wrong. */
function bring(world: World, sessionId: SessionId, { log, steps }: { log: readonly Entry[]; steps: readonly Step[] }) {
  const room = sessionRoom(app, sessionId);
  for (let [from, turn] = [0, 0]; from < log.length; turn += 1) {
    const { size, repeats, event } = steps[turn % steps.length] ?? { size: 1, repeats: 0, event: "nothing" };
    from = importAll(world, log.slice(Math.max(0, from - repeats), from + size), room).headSeqId;
    if (event === "rest") world.quiesce(60_000);
    if (event === "lose" && world.flights.length > 0) world.land(0, "lost");
    if (event === "crash" || event === "evict") world[event](room);
  }
}

/** Follows a world, whose clock is put back as well. */
function follow(world: World, sequence: Sequence, steps: readonly Step[]): void {
  for (const { sessionId } of [sequence.single, sequence.group]) {
    const log = wholeLog(sequence.world, sessionRoom(app, sessionId));
    world.nowMs = Math.max(world.nowMs, sequence.world.nowMs, log.at(-1)?.timestamp ?? 0);
    bring(world, sessionId, { log, steps });
  }
}

/** What was done before some moment, and then what was done after it; at the end both are at rest. */
function moved(sequence: Sequence, { operations, half, steps }: Plan): World {
  const world = new World({ seed: 1 });
  sequence.run(operations.slice(0, half));
  follow(world, sequence, steps);
  sequence.run(operations.slice(half));
  follow(world, sequence, steps);
  world.quiesce(2 * HOUR_MS);
  sequence.world.nowMs = world.nowMs;
  return world;
}

/** Contents may be in the archive, and what is over by the clock may still be a row. */
function lasting(world: World, sessionId: SessionId): object {
  const { mutes = [], entries = [], ...rows } = rowsOf(world, sessionId);
  const isOn = (row: object) => "until" in row && Number(row.until) > world.nowMs;
  return { ...rows, mutes: mutes.filter(isOn), entries: entries.map((row) => ({ ...row, entry: "" })) };
}

/** What of a row an import knows: what the user keeps about the session stays where it was. */
function seen(hot: HotSession | undefined): unknown {
  return hot === undefined ? undefined : [hot.firstSeqId, hot.lastSeqId, hot.member, hot.last.seqId];
}

/** The same questions, asked of both; refusals count as answers. */
function answers(world: World, { group: { rows, sessionId }, simGroup }: Sequence, by: UserId): unknown {
  // Instances that know the order in which things happened may answer in it.
  world.crash(simGroup.room);
  const asked: GroupFrame[] = [simGroup.get(), simGroup.members(), simGroup.join("add", [by])];
  const inGroup = asked.map((frame) => world.call(simGroup.room, { type: "request", by, frame }));
  const last = rows.findLast(({ kind }) => kind === "message")?.seqId ?? 1;
  return [...inGroup, tryAsk(world, by, { type: "msg.reactions", seqId: last, sessionId })];
}

describe("an export that is replayed into an empty server", () => {
  it.each(FIXED_SEEDS)(
    "gives the same sessions, whatever happened in them and on the way: seed %i",
    (seed) => {
      const property = fc.property(fc.noBias(plan), (planned) => {
        const sequence = new Sequence(planned.worldSeed, "everyone");
        const world = moved(sequence, planned);
        equal("faults", world.faults, []);
        for (const { sessionId } of [sequence.single, sequence.group]) {
          const room = sessionRoom(app, sessionId);
          const logs = [world, sequence.world].map((one) => wholeLog(one, room).map((entry) => JSON.stringify(entry)));
          equal("the log", logs[0], logs[1]);
          equal("the rows", lasting(world, sessionId), lasting(sequence.world, sessionId));
          for (const userId of USERS)
            equal(
              `${userId}'s row`,
              seen(hotSession(world, userId, sessionId)),
              seen(hotSession(sequence.world, userId, sessionId)),
            );
        }
        for (const userId of USERS)
          equal(
            `what ${userId} is answered`,
            answers(world, sequence, userId),
            answers(sequence.world, sequence, userId),
          );
        goOn(world, sequence);
      });
      assertAlways(property, { seed, numRuns: RUNS });
    },
    240_000,
  );
});

/** What was sent before is known, and what is sent now is new to the other. */
function goOn(world: World, { single }: Sequence): void {
  const log = wholeLog(world);
  const old = log.find(({ kind }) => kind === "message");
  if (old === undefined) return;
  const repeated = tryAppend(world, old.from, [{ packId: old.packId, contentType: 1, content: "again" }]);
  expect(repeated).toMatchObject({ value: [{ value: { seqId: old.seqId, repeated: true } }] });
  expect(append(world, alice, [text("and-now")])).toMatchObject([{ seqId: log.length + 1 }]);
  world.quiesce(60_000);
  const other = [...single.roles.keys()].find((userId) => userId !== alice);
  if (other === undefined) throw new Error("alice is alone");
  expect(hotSession(world, other, chat)).toMatchObject({ unread: 1, lastSeqId: log.length + 1 });
}
