import { describe, expect, it } from "vitest";
import { runSequences } from "./run.ts";

const RUNS = 500;
const FIXED_SEEDS = [1, 2];
const REACHED = [
  ...["message", "recall", "override", "delete", "expire", "react", "unreact", "pin", "unpin"],
  ...["joined", "quit", "removed", "banned", "unbanned", "role", "transferred", "muted", "mutedAll", "updated"],
  ...["BLOCKED", "MUTED", "BANNED", "REFUSED", "NOT_IN_GROUP", "NOT_OWNER", "MESSAGE_GONE", "NO_SUCH_REQUEST"],
  ...["crash", "evict", "lose", "full", "archived"],
];

describe("where everyone writes to everyone, the rooms are what the model says", () => {
  const seen = new Set<string>();

  it.each(FIXED_SEEDS)(
    `after ${RUNS} sequences of seed %i`,
    (seed) => {
      for (const name of runSequences({ seed, numRuns: RUNS, messages: "everyone" }).keys()) seen.add(name);
    },
    240_000,
  );

  it("in sequences that do reach what they are meant to test", () => {
    expect(REACHED.filter((name) => !seen.has(name))).toEqual([]);
  });
});
