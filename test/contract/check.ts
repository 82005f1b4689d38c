/** One promise of a suite. Plain functions, so that the same suite runs in every runtime, with or without a test runner. */
export interface Case<Subject> {
  readonly name: string;
  run(subject: Subject): void | Promise<void>;
}

/** JSON with sorted keys, so that the order of keys does not matter. `undefined` is as if it were not there. */
function canonical(value: unknown): string {
  return String(
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ),
  );
}

export function equal(actual: unknown, expected: unknown, what = "values"): void {
  const [is, shouldBe] = [canonical(actual), canonical(expected)];
  if (is !== shouldBe) throw new Error(`${what}: ${is} instead of ${shouldBe}`);
}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`not so: ${what}`);
}

export function throws(work: () => unknown, what: string): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error(`did not throw: ${what}`);
}
