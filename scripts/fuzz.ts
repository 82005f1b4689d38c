import { parseArgs } from "node:util";
import { runSequences } from "../test/sim/model/run.ts";

/** `npm run fuzz -- --minutes 10 --seed 1`: sequences of new seeds until the time is up, or one fails. */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const RUNS = 200;
const endMs = Date.now() + Number(values.minutes) * 60_000;
let seed = Number(values.seed);
let runs = 0;
while (Date.now() < endMs) {
  runSequences({ seed, numRuns: RUNS, messages: seed % 2 === 0 ? "everyone" : "friends" });
  runs += RUNS;
  seed += 1;
  process.stdout.write(`\r${runs} sequences, the next seed is ${seed}`);
}
process.stdout.write("\n");
