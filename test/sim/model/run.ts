import fc from "fast-check";
import { compare } from "./compare.ts";
import { operation } from "./operation.ts";
import { Sequence } from "./sequence.ts";

const OPERATIONS = { minLength: 10, maxLength: 60, size: "max" } as const;

/** Runs random sequences of operations; throws the shortest one after which rooms and model differ. */
export function runSequences(seed: number, numRuns: number): void {
  const property = fc.property(fc.nat(), fc.array(operation, OPERATIONS), (worldSeed, operations) => {
    const sequence = new Sequence(worldSeed);
    sequence.run(operations);
    compare(sequence);
  });
  // A failure is shortened for so long at most.
  fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 60_000 });
}
