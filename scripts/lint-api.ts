/** Checks the OpenAPI document, as the routes make it, against `redocly.yaml`. Needs no network. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimHttp } from "../test/sim/http.ts";

const root = join(import.meta.dirname, "..");
const directory = mkdtempSync(join(tmpdir(), "parley-openapi-"));
const file = join(directory, "openapi.json");
const document: unknown = await (await new SimHttp().raw("/openapi.json")).json();
writeFileSync(file, JSON.stringify(document, null, 2));

const cli = join(root, "node_modules/@redocly/cli/bin/cli.js");
const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
const { status } = spawnSync(process.execPath, [cli, "lint", file, "--config", join(root, "redocly.yaml")], {
  stdio: "inherit",
  env,
});
rmSync(directory, { recursive: true });
process.exitCode = status ?? 1;
