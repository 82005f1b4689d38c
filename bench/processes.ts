import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../test/support/repository.ts";
import { type Host, ServerProcess, temporaryDirectory } from "../test/support/server-process.ts";
import {
  type ChatJob,
  type ChatResult,
  type HttpJob,
  type HttpResult,
  type Job,
  RESULT_PREFIX,
  type StormJob,
  type StormResult,
} from "./driver/job.ts";

const BUN = join(ROOT, "node_modules/.bin/bun");
/** The driver must not meet the rate limit, or it would measure that. */
const NO_LIMITS = { PARLEY_REQUESTS_PER_SECOND: "1000000", PARLEY_REQUEST_BURST: "1000000" };

/** A server under test, in a process of its own. */
export interface Target {
  readonly url: string;
  readonly pid: number | undefined;
  dispose(): Promise<void>;
}

export async function startParley(host: Host): Promise<Target> {
  const server = await ServerProcess.start({ host, variables: NO_LIMITS });
  // wrangler is several processes, so the time of the first one says nothing.
  const pid = host === "workers" ? undefined : server.pid;
  return { url: server.url, pid, dispose: () => server.dispose() };
}

/** Reads the child's lines until one has what is wanted. Rejects when it ends before that. */
async function lineOf(child: ChildProcess, wanted: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error("no standard output");
  for await (const line of createInterface({ input: child.stdout })) {
    const [, found] = wanted.exec(line) ?? [];
    if (found !== undefined) return found;
  }
  throw new Error(`${child.spawnargs.join(" ")} ended without ${wanted}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

export async function startFloor(): Promise<Target> {
  const dataDir = temporaryDirectory();
  const env = { PATH: process.env.PATH, FLOOR_DATA: dataDir };
  const child = spawn(BUN, ["bench/floor/server.ts"], { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  const url = await lineOf(child, /listens on (\S+)/);
  const dispose = async () => {
    await ended(child);
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { url, pid: child.pid, dispose };
}

function startDriver(job: Job): ChildProcess {
  const words = ["bench/driver/main.ts", JSON.stringify(job)];
  return spawn(BUN, words, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
}

async function resultOf(driver: ChildProcess): Promise<unknown> {
  return JSON.parse(await lineOf(driver, new RegExp(`^${RESULT_PREFIX}(.*)`)));
}

export async function chat(job: ChatJob): Promise<ChatResult> {
  const driver = startDriver(job);
  try {
    return (await resultOf(driver)) as ChatResult; // SAFETY: what bench/driver/main.ts prints for a ChatJob
  } finally {
    await ended(driver);
  }
}

export async function http(job: HttpJob): Promise<HttpResult> {
  const driver = startDriver(job);
  try {
    return (await resultOf(driver)) as HttpResult; // SAFETY: what it prints for an HttpJob
  } finally {
    await ended(driver);
  }
}

/** Runs `whileOpen` while the storm's connections are open and idle. */
export async function storm(job: StormJob, whileOpen: () => Promise<void>): Promise<StormResult> {
  const driver = startDriver(job);
  try {
    const result = (await resultOf(driver)) as StormResult; // SAFETY: what it prints for a StormJob
    await whileOpen();
    return result;
  } finally {
    await ended(driver);
  }
}

/** Resident memory in KiB. */
export function residentKib(pid: number): number {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib);
}
