import { Measures } from "../../src/kernel/measures.ts";
import { appRoom } from "../../src/kernel/room-name.ts";
import { AppStore } from "../../src/rooms/app/app-store.ts";
import { createApp } from "../../src/routes/app.ts";
import { type Config, readConfig } from "../../src/routes/config.ts";
import type { Deps, Opening } from "../../src/routes/deps.ts";
import { Tokens } from "../../src/routes/tokens.ts";
import { World } from "./world.ts";

export const SECRET = "a-token-secret-of-32-characters-0123456789";
export const KEY = "sk_main_0123456789abcdefghijklmnopqrstuvwxyz";
export const OTHER_KEY = "sk_other_zyxwvutsrqponmlkjihgfedcba9876543210";

export function configOf(variables: Record<string, unknown> = {}): Config {
  return readConfig({
    PARLEY_ENV: "production",
    PARLEY_TOKEN_SECRET: SECRET,
    PARLEY_SERVER_KEYS: `${KEY}, ${OTHER_KEY}`,
    PARLEY_ROOT_KEY: ROOT_KEY,
    ...variables,
  });
}

/** Creates apps. */
export const ROOT_KEY = "rk_0123456789abcdefghijklmnopqrstuvwxyz";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

interface SimPorts {
  readonly call?: Deps["call"];
  readonly tracing?: Deps["tracing"];
  readonly world?: World;
}

/** The routes in front of simulated rooms. */
export class SimHttp {
  readonly world: World;
  readonly tokens = new Tokens(SECRET);
  readonly faults: unknown[] = [];
  readonly logged: object[] = [];
  readonly measures = new Measures({ steadyMs: () => this.world.nowMs });
  readonly openings: Opening[] = [];
  readonly #app;

  /** Without a `call` of its own, the simulated rooms answer. */
  constructor(variables: Record<string, unknown> = {}, { call, tracing, world = new World() }: SimPorts = {}) {
    this.world = world;
    const deps: Deps = {
      config: configOf(variables),
      clock: { nowMs: () => this.world.nowMs },
      measures: this.measures,
      http: () => Promise.reject(new Error("nobody is to be asked")),
      call: call ?? (async (room, known) => this.world.call(room, known)),
      ask: (room, state, frame) => {
        const answer = this.world.ask(room, state, frame);
        this.world.drain();
        return answer;
      },
      enqueue: async (queue, jobs) => {
        this.world.jobsOf(queue).push(...jobs);
        return { ok: true, value: null };
      },
      settings: async (app) => new AppStore(this.world.storage.forRoom(appRoom(app))).settings(),
      decide: async (call) => this.world.hook(call),
      archive: async (call) => this.world.archive(call),
      upgrade: (_, opening) => {
        this.openings.push(opening);
        return new Response(null, { status: 200 });
      },
      logger: {
        info: (what, fields) => this.logged.push({ what, ...fields }),
        warn: (what, fields) => this.logged.push({ what, ...fields }),
        fault: (_, fault) => this.faults.push(fault),
      },
      tracing,
    };
    this.#app = createApp(deps);
  }

  raw(path: string, init: RequestInit = {}): Response | Promise<Response> {
    return this.#app.request(path, init);
  }

  async get(path: string, credential: string): Promise<Answer> {
    return answerOf(await this.raw(path, { headers: { Authorization: `Bearer ${credential}` } }));
  }

  async delete(path: string, credential: string): Promise<Answer> {
    return answerOf(await this.raw(path, { method: "DELETE", headers: { Authorization: `Bearer ${credential}` } }));
  }

  async post(path: string, credential: string | undefined, body: unknown): Promise<Answer> {
    const headers = {
      "Content-Type": "application/json",
      ...(credential === undefined ? {} : { Authorization: `Bearer ${credential}` }),
    };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return answerOf(await this.raw(path, { method: "POST", headers, body: text }));
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const body = (await response.json()) as Record<string, unknown>; // SAFETY: every route answers with a JSON object
  return { status: response.status, headers: response.headers, body };
}
