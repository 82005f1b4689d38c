import { ConfigError } from "../../routes/config.ts";
import type { SimulatedPush } from "./push-simulator/development.ts";
import type { Runtime } from "./runtime.ts";
import { NativeServer } from "./server.ts";
import { readSettings, type Settings } from "./settings.ts";

/** Starts the server on a runtime and serves until SIGTERM or SIGINT. */
export async function main(runtime: Runtime): Promise<void> {
  const simulated = process.env.PUSH_SIMULATOR === "1" ? await simulators() : undefined;
  const settings = settingsOrExit({ ...process.env, ...simulated?.variables });
  const server = await NativeServer.start(runtime, settings);
  console.log(greeting(runtime.name, settings, server.port));
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await server.stop();
    simulated?.close();
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop());
  process.on("SIGINT", () => void stop());
}

/** Loaded only when it is asked for: it is no part of a server in production. */
async function simulators(): Promise<SimulatedPush> {
  if ((process.env.PARLEY_ENV ?? "development") !== "development") {
    console.error("Parley does not start: PUSH_SIMULATOR is for development");
    return process.exit(1);
  }
  const { simulatedPush } = await import("./push-simulator/development.ts");
  return simulatedPush({ http2: true });
}

function settingsOrExit(variables: Readonly<Record<string, string | undefined>>): Settings {
  try {
    return readSettings(variables);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`Parley does not start: ${error.message}`);
    return process.exit(1);
  }
}

function greeting(runtime: string, settings: Settings, port: number): string {
  const url = `http://${settings.hostname}:${port}`;
  const listening = `Parley listens on ${url} (${runtime}, ${settings.config.environment}, data in ${settings.dataDir})`;
  const key = settings.config.serverKeys[0]?.text;
  if (settings.config.environment !== "development" || key === undefined) return listening;
  return `${listening}

  chat page       ${url}/?user=alice&to=bob   (a second tab: ${url}/?user=bob&to=alice)
  in a terminal   npm run chat -- --user alice --to bob
  server key      ${key}
  first message   curl -X POST ${url}/v1/messages -H 'Authorization: Bearer ${key}' \\
                    -H 'Content-Type: application/json' \\
                    -d '{"packId":"hello-1","from":"alice","to":"bob","content":"Hello Bob"}'
`;
}
