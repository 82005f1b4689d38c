import fc from "fast-check";

/** How long a failure may be shortened. */
const SHRINK_MS = 30_000;

/**
 * Runs a property `numRuns` times, however long that takes, and throws the shortest failure that is found in half a minute.
 * (A time limit for all of it would let a slow machine pass with fewer runs.)
 */
export function assertAlways<T>(property: fc.IProperty<T>, { seed, numRuns }: { seed: number; numRuns: number }): void {
  const { failed, counterexamplePath } = fc.check(property, { seed, numRuns, endOnFailure: true });
  if (!failed) return;
  const path = counterexamplePath ?? "";
  fc.assert(property, { seed, numRuns, path, interruptAfterTimeLimit: SHRINK_MS });
  throw new Error(`seed ${seed}, path ${path} failed once, and not again`);
}
