import { describe, it } from "vitest";
import { runSequences } from "./run.ts";

const RUNS = 500;
const FIXED_SEEDS = [1, 2, 3, 4];

describe("the rooms are what the model says: log, unread, session list, priority entries, permissions", () => {
  it.each(FIXED_SEEDS)(`after ${RUNS} sequences of seed %i`, (seed) => runSequences(seed, RUNS), 120_000);
});
