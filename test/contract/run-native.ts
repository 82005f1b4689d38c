/** Runs the contract of the native host in the runtime that runs this, and prints a line of JSON for every case. */
import type { Case } from "./check.ts";
import { ManualTime } from "./manual-time.ts";
import { nativeCases } from "./native-cases.ts";
import { NativeHost } from "./native-host.ts";
import { queueCases } from "./queue-cases.ts";
import { jobCases } from "./suites/jobs.ts";
import { roomCases } from "./suites/rooms.ts";
import { storageCases } from "./suites/storage.ts";

/** A case that waits for what never comes. Not a measure of speed. */
const STUCK_AFTER_MS = 20_000;

/** The runtime's own, for the watchdog. */
const { setTimeout, clearTimeout } = globalThis;
const time = new ManualTime();
time.install();

async function report(name: string, run: (host: NativeHost) => void | Promise<void>): Promise<void> {
  const host = new NativeHost(time);
  let error: string | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const stuck = new Promise<void>((_, reject) => {
    watchdog = setTimeout(() => reject(new Error("waits for what never comes")), STUCK_AFTER_MS);
  });
  try {
    await Promise.race([run(host), stuck]);
  } catch (thrown) {
    const faults = [...host.faults, ...host.lostTurns].map(String).join("; ");
    error = `${thrown instanceof Error ? thrown.stack : thrown}\nfaults: ${faults}`;
  }
  clearTimeout(watchdog);
  await host.dispose();
  console.log(JSON.stringify({ name, error }));
}

async function reportAll<Subject>(suite: string, cases: readonly Case<Subject>[], of: (host: NativeHost) => Subject) {
  for (const { name, run } of cases) await report(`${suite} ${name}`, (host) => run(of(host)));
}

await reportAll("storage", storageCases, (host) => host.storage());
await reportAll("rooms", roomCases, (host) => host);
await reportAll("jobs", jobCases, (host) => host);
await reportAll("the native host", nativeCases, (host) => host);
await reportAll("queues", queueCases, (host) => host);
