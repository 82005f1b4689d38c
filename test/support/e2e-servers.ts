import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { PhoneDesk } from "../../src/hosts/native/push-simulator/desk.ts";
import { PushSimulators } from "../../src/hosts/native/push-simulator/simulators.ts";
import { ROOT } from "./repository.ts";
import { HOSTS, type Host, ServerProcess } from "./server-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of each host's server. */
    servers: readonly (readonly [Host, string])[];
    /** The URL of the desk of simulated phones, which all of them push to. */
    phoneDesk: string;
  }
}

/** One server per host for all e2e tests; each test has users and groups of its own. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const hosts = HOSTS.filter((host) => host !== "workers" || existsSync(join(ROOT, "wrangler.toml")));
  const simulators = await PushSimulators.start();
  const desk = await PhoneDesk.open(simulators);
  const pushOf = (host: Host) => JSON.stringify(simulators.configuration({ http2: host !== "workers" }));
  const servers = await Promise.all(
    hosts.map((host) => ServerProcess.start({ host, variables: { PARLEY_PUSH: pushOf(host) } })),
  );
  project.provide("phoneDesk", desk.url);
  project.provide(
    "servers",
    servers.map(({ host, url }) => [host, url] as const),
  );
  return async () => {
    await Promise.all(servers.map((server) => server.dispose()));
    desk.close();
  };
}
