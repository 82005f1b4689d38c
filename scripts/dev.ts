/** `npm run dev`: the service under `wrangler dev`, with keys of its own. Further arguments go to wrangler. `PUSH_SIMULATOR=1`: with simulated phones. */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openArchive } from "../src/hosts/native/archive-database.ts";
import { simulatedPush } from "../src/hosts/native/push-simulator/development.ts";
import { ArchiveServer } from "./archive-server/server.ts";

const DEFAULT_PORT = "8787";
const root = join(import.meta.dirname, "..");
const variablesFile = join(root, ".dev.vars");

function makeVariables(): void {
  const variables = {
    PARLEY_ENV: "development",
    PARLEY_TOKEN_SECRET: randomBytes(32).toString("base64url"),
    PARLEY_SERVER_KEYS: `sk_main_${randomBytes(24).toString("base64url")}`,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(variablesFile, lines.join(""), { mode: 0o600 });
}

function greeting(url: string, key: string): string {
  return `
  chat page       ${url}/?user=alice&to=bob   (a second tab: ${url}/?user=bob&to=alice)
  in a terminal   npm run chat -- --user alice --to bob --url ${url}
  server key      ${key}
  first message   curl -X POST ${url}/v1/messages -H 'Authorization: Bearer ${key}' \\
                    -H 'Content-Type: application/json' \\
                    -d '{"packId":"hello-1","from":"alice","to":"bob","content":"Hello Bob"}'
`;
}

if (!existsSync(variablesFile)) makeVariables();
spawnSync(process.execPath, [join(root, "scripts/build-page.ts")], { stdio: "inherit" });

const given = process.argv.slice(2);
const portAt = given.indexOf("--port");
const port = portAt < 0 ? DEFAULT_PORT : (given[portAt + 1] ?? DEFAULT_PORT);
const rest = portAt < 0 ? given : given.toSpliced(portAt, 2);
const key = /PARLEY_SERVER_KEYS="?([^",\n]+)/.exec(readFileSync(variablesFile, "utf8"))?.[1] ?? "(see .dev.vars)";
console.log(greeting(`http://127.0.0.1:${port}`, key));

/** An archive of its own, unless the variables name one. */
async function localArchive(): Promise<Readonly<Record<string, string>>> {
  if (/^TURSO_URL=/m.test(readFileSync(variablesFile, "utf8"))) return {};
  const file = join(root, ".wrangler/archive.db");
  const archive = await ArchiveServer.start({ file, port: 0 });
  (await openArchive({ url: archive.url })).close();
  return { TURSO_URL: archive.url };
}

/** workerd speaks HTTP/1.1 to the simulators, as it does to a gateway. */
const simulated = process.env.PUSH_SIMULATOR === "1" ? await simulatedPush({ http2: false }) : undefined;
const made = { ...(await localArchive()), ...simulated?.variables };
const variables = Object.entries(made).flatMap(([name, value]) => ["--var", `${name}:${value}`]);

// A process group of its own, because wrangler has children that outlive it when it is killed.
const wrangler = spawn(
  process.execPath,
  [
    join(root, "node_modules/wrangler/bin/wrangler.js"),
    "dev",
    "--ip",
    "127.0.0.1",
    "--port",
    port,
    ...variables,
    ...rest,
  ],
  {
    cwd: root,
    stdio: "inherit",
    detached: true,
    env: {
      ...process.env,
      // Without these every start asks the network, and every request is traced, which costs most of the speed.
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
      X_LOCAL_OBSERVABILITY: "false",
    },
  },
);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (wrangler.pid !== undefined) process.kill(-wrangler.pid, signal);
  });
}
wrangler.on("exit", (code) => {
  simulated?.close();
  process.exit(code ?? 0);
});
