import { describe, inject } from "vitest";
import type { Host } from "./server-process.ts";

/** Runs the same tests against the server of every host. */
export function onEveryHost(name: string, tests: (url: string, host: Host) => void): void {
  describe.each(inject("servers").map(([host, url]) => ({ host, url })))(`${name} on $host`, ({ host, url }) => {
    tests(url, host);
  });
}
