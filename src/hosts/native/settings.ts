import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Config, ConfigError, readConfig, readPart } from "../../routes/config.ts";

/** Where a native server listens and keeps its data, with the configuration that all hosts share. */
export interface Settings {
  readonly config: Config;
  readonly hostname: string;
  readonly port: number;
  readonly dataDir: string;
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** Reads the environment. In development the keys are made on the first start and kept beside the data. Throws `ConfigError`. */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const environment = variables.PARLEY_ENV ?? "development";
  const hostname = variables.PARLEY_HOST ?? "127.0.0.1";
  const dataDir = variables.PARLEY_DATA ?? "./data";
  const faults: string[] = [];
  const port = readPart(faults, () => portOf(variables.PARLEY_PORT ?? "8080"));
  if (environment === "development" && !LOOPBACK.has(hostname))
    faults.push(
      "PARLEY_HOST needs to be a loopback address, because development gives a token to whoever asks: set PARLEY_ENV=production",
    );
  const keys = readPart(faults, () => keysIn(dataDir, environment)) ?? {};
  const files = readPart(faults, () => filesOf(variables)) ?? {};
  const archive = { TURSO_URL: `file:${join(dataDir, "archive.db")}` };
  const given = { ...keys, ...archive, ...variables, ...files, PARLEY_ENV: environment };
  const config = readPart(faults, () => readConfig(given));
  if (faults.length > 0 || port === undefined || config === undefined) throw new ConfigError(faults);
  return { config, hostname, port, dataDir };
}

function portOf(text: string): number {
  const port = Number(text);
  if (text === "" || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError(["PARLEY_PORT needs to be a port number"]);
  return port;
}

/** Variables that may be given as files instead. */
const FILE_VARIABLES = ["PARLEY_WORDS", "PARLEY_PUSH"] as const;

/** A server that was told of a file does not start without it. */
function filesOf(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const texts: Record<string, string> = {};
  const faults: string[] = [];
  for (const name of FILE_VARIABLES) {
    const file = variables[`${name}_FILE`];
    if (file === undefined) continue;
    try {
      texts[name] = readFileSync(file, "utf8");
    } catch {
      faults.push(`${name}_FILE cannot be read: ${file}`);
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return texts;
}

/** The folder of the data is made if it is not there. */
function keysIn(dataDir: string, environment: string): Record<string, string> {
  try {
    mkdirSync(dataDir, { recursive: true });
    return environment === "development" ? developmentKeys(dataDir) : {};
  } catch (cause) {
    throw new ConfigError([`PARLEY_DATA cannot be used: ${dataDir}`], { cause });
  }
}

function developmentKeys(dataDir: string): Record<string, string> {
  const file = join(dataDir, "development-keys.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>; // SAFETY: written below
  const keys = {
    PARLEY_TOKEN_SECRET: randomBytes(32).toString("base64url"),
    PARLEY_SERVER_KEYS: `sk_main_${randomBytes(24).toString("base64url")}`,
  };
  writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  return keys;
}
