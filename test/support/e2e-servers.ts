import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ArchiveServer } from "../../scripts/archive-server/server.ts";
import { openArchive } from "../../src/hosts/native/archive-database.ts";
import { PhoneDesk } from "../../src/hosts/native/push-simulator/desk.ts";
import { PushSimulators } from "../../src/hosts/native/push-simulator/simulators.ts";
import { ROOT } from "./repository.ts";
import { freePort, HOSTS, type Host, ServerProcess, temporaryDirectory } from "./server-process.ts";

type Archives = Readonly<Record<Host, string>>;

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of each host's server. */
    servers: readonly (readonly [Host, string])[];
    /** The URL of the desk of simulated phones, which all of them push to. */
    phoneDesk: string;
    /** Where the archive of each host's server is, as a URL for `@libsql/client`. */
    archives: Archives;
    /** The one private place that the servers send webhooks to. */
    webhookPort: number;
  }
}

/** So few entries stay whole in their rooms that most tests meet some that do not. */
export const HOT_ENTRIES = 20;

/** One server per host for all e2e tests; each test has users and groups of its own. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const hosts = HOSTS.filter((host) => host !== "workers" || existsSync(join(ROOT, "wrangler.toml")));
  const simulators = await PushSimulators.start();
  const desk = await PhoneDesk.open(simulators);
  const webhookPort = await freePort();
  const folder = temporaryDirectory();
  const archive = await ArchiveServer.start({ file: join(folder, "archive.db"), port: 0 });
  (await openArchive({ url: archive.url })).close();
  const variablesOf = (host: Host) => ({
    PARLEY_PUSH: JSON.stringify(simulators.configuration({ http2: host !== "workers" })),
    PARLEY_HOT_ENTRIES: String(HOT_ENTRIES),
    ...(host === "workers" ? { TURSO_URL: archive.url } : {}),
    PARLEY_WEBHOOK_ORIGINS: `http://127.0.0.1:${webhookPort}`,
  });
  const servers = await Promise.all(hosts.map((host) => ServerProcess.start({ host, variables: variablesOf(host) })));
  project.provide("phoneDesk", desk.url);
  project.provide("webhookPort", webhookPort);
  project.provide(
    "servers",
    servers.map(({ host, url }) => [host, url] as const),
  );
  const urlOf = ({ host, dataDir }: ServerProcess) =>
    host === "workers" ? archive.url : `file:${join(dataDir, "archive.db")}`;
  // SAFETY: one for each host
  project.provide("archives", Object.fromEntries(servers.map((server) => [server.host, urlOf(server)])) as Archives);
  return async () => {
    await Promise.all(servers.map((server) => server.dispose()));
    desk.close();
    await archive.close();
    rmSync(folder, { recursive: true });
  };
}
