import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

const WORKERS_PROJECT = "test/workers/vitest.config.ts";

const WIRE_TEST = "src/protocol/wire.test.ts";

export default defineConfig({
  test: {
    // Tests of the e2e project run server processes beside them; more workers than this only make them wait.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/*.test.ts", "test/sim/**/*.test.ts", "test/contract/*.test.ts"],
          exclude: [WIRE_TEST],
          // Loading the modules anew for each file would take longer than the tests.
          isolate: false,
          // Some play thousands of random programs; how long that takes is not theirs to judge.
          testTimeout: 60_000,
        },
      },
      // What others register with zod would become part of its schemas.
      { test: { name: "wire", include: [WIRE_TEST] } },
      ...(existsSync(WORKERS_PROJECT) ? [WORKERS_PROJECT] : []),
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/crash/**/*.test.ts"],
          globalSetup: "test/support/e2e-servers.ts",
          // A slow machine is no fault: what hangs ends all the same.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
