import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Http2Server } from "../support/http2-server.ts";
import { ROOT } from "../support/repository.ts";
import { type Http2Subject, http2Cases } from "./http2-cases.ts";

const RUNTIMES = { node: ["node"], bun: ["bun"], deno: ["deno", "run", "-A", "--no-prompt"] } as const;

interface Line {
  readonly name: string;
  readonly error?: string;
}

/** What a runtime reports of all cases, in one process. */
async function reportOf([command, ...options]: readonly [string, ...string[]], subject: Http2Subject) {
  const file = join(ROOT, "node_modules/.bin", command);
  const child = spawn(file, [...options, "test/contract/run-http2.ts", JSON.stringify(subject)], { cwd: ROOT });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  // SAFETY: printed by the runner
  return { lines: lines.map((line) => JSON.parse(line) as Line), output: stdout + stderr };
}

const server = new Http2Server();
let endpoints: Omit<Http2Subject, "run">;
beforeAll(async () => {
  endpoints = await server.start();
});
afterAll(() => server.close());

/** The server is Node's, whatever the runtime of the client: APNs is none of them. */
describe.each(Object.entries(RUNTIMES))("the HTTP/2 client on %s", (run, command) => {
  let report: { lines: readonly Line[]; output: string };
  beforeAll(async () => {
    report = await reportOf(command, { ...endpoints, run });
  }, 60_000);

  it.each(http2Cases)("$name", ({ name }) => {
    const line = report.lines.find((one) => one.name === name);
    if (line === undefined) expect.unreachable(`was not run:\n${report.output}`);
    expect(line.error).toBeUndefined();
  });
});
