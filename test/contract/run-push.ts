/** Runs the providers against their simulators in the runtime that runs this, and prints a line of JSON for every case. */
import { pushCases } from "./push-cases.ts";

for (const { name, run } of pushCases) {
  let error: string | undefined;
  try {
    await run(undefined);
  } catch (thrown) {
    error = String(thrown instanceof Error ? thrown.stack : thrown);
  }
  console.log(JSON.stringify({ name, error }));
}
process.exit(0);
