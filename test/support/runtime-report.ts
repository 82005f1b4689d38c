import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ROOT } from "./repository.ts";

const RUNTIMES = { node: ["node"], bun: ["bun"], deno: ["deno", "run", "-A", "--no-prompt"] } as const;

/** One line of JSON that a runner prints for each of its cases. */
interface Line {
  readonly name: string;
  readonly error?: string;
}

export interface RuntimeReport {
  readonly lines: readonly Line[];
  readonly output: string;
}

/** What a runtime reports of a runner's cases, in one process. */
export async function reportOf(runtime: keyof typeof RUNTIMES, ...runner: readonly string[]): Promise<RuntimeReport> {
  const [command, ...options] = RUNTIMES[runtime];
  const child = spawn(join(ROOT, "node_modules/.bin", command), [...options, ...runner], { cwd: ROOT });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  // SAFETY: printed by the runner
  return { lines: lines.map((line) => JSON.parse(line) as Line), output: stdout + stderr };
}

/** The error of a case, if it has one; a case that was not run has. */
export function errorOf({ lines, output }: RuntimeReport, name: string): string | undefined {
  const line = lines.find((one) => one.name === name);
  return line === undefined ? `was not run:\n${output}` : line.error;
}
