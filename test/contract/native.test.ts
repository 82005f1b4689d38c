import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../support/repository.ts";
import { nativeCases } from "./native-cases.ts";
import { queueCases } from "./queue-cases.ts";
import { jobCases } from "./suites/jobs.ts";
import { roomCases } from "./suites/rooms.ts";
import { storageCases } from "./suites/storage.ts";

const RUNTIMES = { node: ["node"], bun: ["bun"], deno: ["deno", "run", "-A", "--no-prompt"] } as const;
const RUNNER = "test/contract/run-native.ts";

interface Line {
  readonly name: string;
  readonly error?: string;
}

/** What a runtime reports of all cases, in one process. */
function reportOf([command, ...options]: readonly [string, ...string[]]): { lines: Line[]; output: string } {
  const file = join(ROOT, "node_modules/.bin", command);
  const { stdout, stderr } = spawnSync(file, [...options, RUNNER], { cwd: ROOT, encoding: "utf8" });
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  // SAFETY: printed by the runner
  return { lines: lines.map((line) => JSON.parse(line) as Line), output: stdout + stderr };
}

const names = [
  ...storageCases.map(({ name }) => `storage ${name}`),
  ...roomCases.map(({ name }) => `rooms ${name}`),
  ...jobCases.map(({ name }) => `jobs ${name}`),
  ...nativeCases.map(({ name }) => `the native host ${name}`),
  ...queueCases.map(({ name }) => `queues ${name}`),
];

describe.each(Object.entries(RUNTIMES))("the native host on %s", (_, command) => {
  const { lines, output } = reportOf(command);

  it.each(names)("%s", (name) => {
    const line = lines.find((one) => one.name === name);
    if (line === undefined) expect.unreachable(`was not run:\n${output}`);
    expect(line.error).toBeUndefined();
  });
});
