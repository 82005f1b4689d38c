import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertAlways } from "./always.ts";
import { command, Play } from "./program.ts";
import { checkPromises } from "./promises.ts";

const RUNS = 200;
const MIN_COMMANDS = 20;
const MAX_COMMANDS = 200;
const FIXED_SEEDS = [1, 2, 3];
/** Other programs every time; a failure prints the seed and the shortest program that fails. */
const NEW_SEED = Date.now() % 2 ** 31;

const program = fc.array(command, { minLength: MIN_COMMANDS, maxLength: MAX_COMMANDS, size: "max" });

function playAll(seed: number, numRuns: number): void {
  const property = fc.property(fc.nat(), program, (worldSeed, commands) => {
    const play = new Play(worldSeed);
    play.run(commands);
    checkPromises(play);
  });
  assertAlways(property, { seed, numRuns });
}

describe("whatever happens, the promises hold", () => {
  it.each(FIXED_SEEDS)("for the programs of seed %i", (seed) => playAll(seed, RUNS), 120_000);

  it(`for the new programs of seed ${NEW_SEED}`, () => playAll(NEW_SEED, RUNS), 120_000);

  it("in programs that do reach what they are meant to test", () => {
    const seen = { entries: 0, repeated: 0, failed: 0, rejoined: 0, faults: 0 };
    for (const [worldSeed, commands] of fc.sample(fc.tuple(fc.nat(), program), { seed: 1, numRuns: 100 })) {
      const play = new Play(worldSeed);
      play.run(commands);
      const acks = play.devices.flatMap(({ lives }) => lives.flatMap(({ connection }) => connection.acks()));
      seen.entries += play.devices.reduce((sum, { received }) => sum + received.length, 0);
      seen.repeated += acks.filter(({ data }) => data !== undefined && "repeated" in data).length;
      seen.failed += acks.filter(({ code }) => code !== 0).length;
      seen.rejoined += play.group
        .log()
        .filter((entry) => entry.kind === "notice" && entry.notice.event === "joined").length;
      seen.faults += play.world.faults.length;
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  });
});
