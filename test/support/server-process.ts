import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./repository.ts";

export const NATIVE_HOSTS = ["bun", "deno", "node"] as const;
export type NativeHost = (typeof NATIVE_HOSTS)[number];
export type Host = NativeHost | "workers";
export const HOSTS: readonly Host[] = [...NATIVE_HOSTS, "workers"];

/** The configuration of every test server: apps that must never meet. */
export const TOKEN_SECRET = "e2e-token-secret-0123456789-abcdefghij";
export const SERVER_KEYS = {
  main: "sk_main_0123456789abcdefghijklmnopqrstuvwxyz",
  other: "sk_other_9876543210zyxwvutsrqponmlkjihgfedcba",
  /** What is set for all of this app disturbs no other test. */
  hooks: "sk_hooks_5647382910abcdefghijklmnopqrstuvwxyz",
} as const;
export const ROOT_KEY = "rk_0123456789abcdefghijklmnopqrstuvwxyz";
export type App = keyof typeof SERVER_KEYS;

export const METRICS_KEY = "e2e-metrics-key-0123456789-abcdefghij";

type Variables = Readonly<Record<string, string>>;

export interface ServerOptions {
  readonly host: Host;
  /** Kept by whoever gives it; without it the server has a directory of its own, removed at the end. */
  readonly dataDir?: string;
  readonly port?: number;
  readonly variables?: Variables;
  /** Shell text before the command, for instance `ulimit -f 100;`. */
  readonly shellPrefix?: string;
}

const VARIABLES: Variables = {
  PARLEY_ENV: "production",
  PARLEY_TOKEN_SECRET: TOKEN_SECRET,
  PARLEY_SERVER_KEYS: Object.values(SERVER_KEYS).join(","),
  PARLEY_ROOT_KEY: ROOT_KEY,
  PARLEY_METRICS_KEY: METRICS_KEY,
};
const WRANGLER_VARIABLES: Variables = {
  X_LOCAL_OBSERVABILITY: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
};
const LISTENING = /(?:Parley listens|Ready) on (http:\/\/\S+)/;

function bin(name: string): string {
  return join(ROOT, "node_modules/.bin", name);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("not a TCP address");
  return address.port;
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "parley-test-"));
}

interface Command {
  readonly words: readonly string[];
  readonly variables: Variables;
}

function nativeCommand(host: NativeHost, dataDir: string, port: number): Command {
  const main = `src/hosts/${host}/main.ts`;
  const words = host === "deno" ? [bin(host), "run", "-A", "--no-prompt", main] : [bin(host), main];
  return { words, variables: { ...VARIABLES, PARLEY_PORT: String(port), PARLEY_DATA: dataDir } };
}

function workersCommand(dataDir: string, port: number, variables: Variables): Command {
  const envFile = join(dataDir, "variables.env");
  // In single quotes nothing stands for anything else: JSON has double quotes and backslashes.
  const lines = Object.entries({ ...VARIABLES, ...variables }).map(([name, value]) => `${name}='${value}'`);
  writeFileSync(envFile, lines.join("\n"));
  const places = ["--persist-to", join(dataDir, "state"), "--env-file", envFile];
  const ports = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
  const words = [bin("node"), bin("wrangler"), "dev", ...places, ...ports, "--show-interactive-dev-session=false"];
  return { words, variables: { ...WRANGLER_VARIABLES, WRANGLER_LOG_PATH: join(dataDir, "logs") } };
}

/** A Parley server in a process of its own. */
export class ServerProcess {
  readonly host: Host;
  readonly port: number;
  readonly dataDir: string;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ownsData: boolean;
  #output = "";
  #readers: (() => void)[] = [];
  /** Resolves with the exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;

  private constructor(options: ServerOptions, port: number) {
    const { host, variables = {}, shellPrefix } = options;
    this.host = host;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#ownsData = options.dataDir === undefined;
    this.dataDir = options.dataDir ?? temporaryDirectory();
    const { words, variables: own } =
      host === "workers" ? workersCommand(this.dataDir, port, variables) : nativeCommand(host, this.dataDir, port);
    const [file, ...args] =
      shellPrefix === undefined ? words : ["bash", "-c", `${shellPrefix} exec "$@"`, "-", ...words];
    // A process group of its own, because wrangler has children that outlive it when it is killed.
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...own, ...variables };
    this.#child = spawn(String(file), args, { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        for (const wake of this.#readers.splice(0)) wake();
      });
    }
    const onExit = () => this.#signal("SIGKILL");
    process.once("exit", onExit);
    this.exited = once(this.#child, "close").then(([code]) => {
      process.off("exit", onExit);
      return code;
    });
  }

  /** Starts a server and waits until it listens. Rejects with its output when it ends before that. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const server = await ServerProcess.spawn(options);
    await server.#listening();
    return server;
  }

  /** Starts a process that may be meant to fail. */
  static async spawn(options: ServerOptions): Promise<ServerProcess> {
    return new ServerProcess(options, options.port ?? (await freePort()));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it wrote so far, standard output and error. */
  get output(): string {
    return this.#output;
  }

  /** As `output`, once something holds of it. */
  readonly outputUntil = async (condition: (output: string) => boolean): Promise<string> => {
    while (!condition(this.#output)) await new Promise<void>((resolve) => this.#readers.push(resolve));
    return this.#output;
  };

  /** No warning, no chance: SIGKILL to the process and its children. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.exited;
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    this.#signal("SIGTERM");
    return this.exited;
  }

  /** Ends it in any case and removes what it stored, unless the data directory was given. */
  async dispose(): Promise<void> {
    await this.kill();
    if (this.#ownsData) rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #listening(): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      this.#child.stdout?.on("data", () => {
        if (LISTENING.test(this.#output)) resolve();
      });
    });
    const ended = this.exited.then((code) => {
      throw new Error(`${this.host} ended with ${code} before it listened:\n${this.#output}`);
    });
    await Promise.race([heard, ended]);
    ended.catch(() => {});
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // Nothing of the group is left.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}
