import { beforeAll, describe, expect, it } from "vitest";
import { errorOf, type RuntimeReport, reportOf } from "../support/runtime-report.ts";
import { pushCases } from "./push-cases.ts";

/** Node's part is the providers' own tests. */
describe.each(["bun", "deno"] as const)("push on %s", (runtime) => {
  let report: RuntimeReport;
  beforeAll(async () => {
    report = await reportOf(runtime, "test/contract/run-push.ts");
  }, 60_000);

  it.each(pushCases)("$name", ({ name }) => {
    expect(errorOf(report, name)).toBeUndefined();
  });
});
