import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../support/repository.ts";
import { freePort, type Host, ServerProcess, temporaryDirectory } from "../support/server-process.ts";
import { Load } from "./load.ts";

/** How often each host is killed under load, one time after the other on the same data. */
const KILLS: readonly (readonly [Host, number])[] = [
  ["bun", 20],
  ["deno", 2],
  ["node", 2],
  ...(existsSync(join(ROOT, "wrangler.toml")) ? ([["workers", 1]] as const) : []),
];
const MAX_LIFE_MS = 700;

describe.each(KILLS)("%s, killed %i times under load", (host, kills) => {
  it("loses no acked message, doubles none, leaves no hole, counts right", { timeout: 600_000 }, async () => {
    const dataDir = temporaryDirectory();
    const port = await freePort();
    let server = await ServerProcess.start({ host, dataDir, port });
    const load = await Load.start(server.url);
    for (let kill = 0; kill < kills; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * MAX_LIFE_MS));
      await server.kill();
      server = await ServerProcess.start({ host, dataDir, port });
      await Promise.all(load.people.map((person) => person.client.ready()));
    }
    await load.finish();
    const entries = await load.check(server.url);
    expect(entries).toBeGreaterThan(kills * 5);
    await server.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
