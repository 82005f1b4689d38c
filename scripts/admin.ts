/** `npm run admin -- keys list`: administers an app, or the apps of a deployment, over the HTTP API. */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { deploymentApi, ParleyError, parleyApi } from "../src/routes/client.ts";
import { UsageError } from "./admin/command.ts";
import { commandOf, usage } from "./admin/commands.ts";

const text = { type: "string" } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { name: text, scopes: text, days: text, reason: text },
});
const { PARLEY_URL: url = "http://127.0.0.1:8080", PARLEY_KEY = "", PARLEY_ROOT_KEY = "" } = process.env;

const found = commandOf(positionals);
if (found === undefined) fail(usage(), 2);
try {
  const app = parleyApi({ url, credential: PARLEY_KEY });
  const deployment = deploymentApi({ url, credential: PARLEY_ROOT_KEY });
  const complain = (line: string) => {
    console.error(line);
    process.exitCode = 1;
  };
  const ports = { app, deployment, nowMs: () => Date.now(), say: console.error, complain, pause };
  console.log(JSON.stringify(await found.command.run(ports, { words: found.words, options: values }), null, 2));
} catch (error) {
  if (error instanceof UsageError) fail(`${error.message}: npm run admin -- … ${found.command.usage}`, 2);
  if (error instanceof ParleyError) fail(`${error.errorName}: ${error.message}`, 1);
  throw error;
}

function fail(message: string, code: number): never {
  console.error(message);
  process.exit(code);
}
