import { describe, expect, it } from "vitest";
import { runSequences } from "./run.ts";

const RUNS = 500;
const FIXED_SEEDS = [3, 4];
const REACHED = ["message", "NOT_FRIENDS", "BLOCKED", "NO_SUCH_REQUEST"];

describe("where only friends write to each other, the rooms are what the model says", () => {
  const seen = new Set<string>();

  it.each(FIXED_SEEDS)(
    `after ${RUNS} sequences of seed %i`,
    (seed) => {
      for (const name of runSequences({ seed, numRuns: RUNS, messages: "friends" }).keys()) seen.add(name);
    },
    240_000,
  );

  it("in sequences that do reach what they are meant to test", () => {
    expect(REACHED.filter((name) => !seen.has(name))).toEqual([]);
  });
});
