/** `npm test`: builds the chat page, runs every test once and prints `N passed, N failed` as its last line. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");

/** What is read of vitest's JSON report. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { status: string }[];
  }[];
}

/** The exit code; a process that was killed counts as failed. */
function run(script: string, args: readonly string[]): number {
  return spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: "inherit" }).status ?? 1;
}

/** A file that could not be loaded, or whose hooks failed, has no failed test of its own. */
function brokenFiles({ testResults }: Report): number {
  const isBroken = ({ status, assertionResults }: Report["testResults"][number]) =>
    status === "failed" && !assertionResults.some((test) => test.status === "failed");
  return testResults.filter(isBroken).length;
}

function runTests(reportFile: string): { passed: number; failed: number } {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const exitCode = run(VITEST, ["run", ...reporters, ...process.argv.slice(2)]);
  // SAFETY: written by vitest's json reporter
  const report = JSON.parse(readFileSync(reportFile, "utf8")) as Report;
  const failed = report.numFailedTests + brokenFiles(report);
  return { passed: report.numPassedTests, failed: exitCode === 0 ? failed : Math.max(failed, 1) };
}

function runAll(): { passed: number; failed: number } {
  if (run("scripts/build-page.ts", []) !== 0) return { passed: 0, failed: 1 };
  const directory = mkdtempSync(join(tmpdir(), "parley-report-"));
  try {
    return runTests(join(directory, "report.json"));
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const { passed, failed } = runAll();
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);
