import { describe, inject, it } from "vitest";
import type { Host } from "./server-process.ts";

/** Runs the same tests against the server of every host. */
export function onEveryHost(name: string, tests: (url: string, host: Host) => void): void {
  describe.each(inject("servers").map(([host, url]) => ({ host, url })))(`${name} on $host`, ({ host, url }) => {
    tests(url, host);
  });
}

/** One test on all hosts at the same time, because it has to wait. */
export function atOnceOnEveryHost(name: string, test: (url: string) => Promise<void>): void {
  it.concurrent.each(inject("servers").map(([host, url]) => ({ host, url })))(
    `${name}, on $host`,
    ({ url }) => test(url),
    30_000,
  );
}
