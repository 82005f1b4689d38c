import { PushSimulators, SIMULATED_PACKAGE } from "../../src/hosts/native/push-simulator/simulators.ts";
import { PUSH_PROVIDER_NAMES, type PushProviderName } from "../../src/protocol/push-provider-name.ts";
import type { PushAddress } from "../../src/protocol/rpc/push-call.ts";
import { inParallel } from "../../src/queues/in-parallel.ts";
import { api } from "../../test/support/api.ts";
import { upTo } from "../../test/support/person.ts";
import { ServerProcess } from "../../test/support/server-process.ts";
import type { Latency } from "../driver/job.ts";
import { Latencies } from "../driver/latencies.ts";

const REGISTRATIONS_AT_ONCE = 50;
/** One user after the other gets a message, at a pace that nothing waits for. */
const PACED = 200;
const PACE_MS = 50;

/** The times are from `POST /v1/messages` to the provider. */
export interface PushFigure extends Latency {
  readonly provider: PushProviderName;
  readonly users: number;
  readonly pushesPerSecond: number;
  /** Requests that carried them, those for credentials included. */
  readonly requests: number;
}

/** Each provider through its simulator, which shares this process with the driver; the server is a process of its own. */
export async function pushFigures(users: number): Promise<PushFigure[]> {
  const simulators = await PushSimulators.start();
  const variables = {
    PARLEY_PUSH: JSON.stringify(simulators.configuration({ http2: true })),
    PARLEY_REQUESTS_PER_SECOND: "1000000",
    PARLEY_REQUEST_BURST: "1000000",
  };
  const server = await ServerProcess.start({ host: "bun", variables });
  try {
    const figures: PushFigure[] = [];
    for (const provider of PUSH_PROVIDER_NAMES) {
      console.error(`push through ${provider} …`);
      figures.push(await new Course(server.url, simulators, provider).run(users));
    }
    return figures;
  } finally {
    await server.dispose();
    simulators.close();
  }
}

class Course {
  readonly #url: string;
  readonly #simulators: PushSimulators;
  readonly #provider: PushProviderName;
  /** Whose phone it is, by what the simulator calls its token. */
  readonly #userOf = new Map<string, string>();

  constructor(url: string, simulators: PushSimulators, provider: PushProviderName) {
    this.#url = url;
    this.#simulators = simulators;
    this.#provider = provider;
  }

  async run(count: number): Promise<PushFigure> {
    const users = upTo(count).map((n) => `${this.#provider}-${n}`);
    await inParallel(users, REGISTRATIONS_AT_ONCE, (user) => this.#register(user));
    // Credentials, connections and compiled code are there after a first round.
    await this.#wave("warm", users.slice(0, 100));
    const before = this.#simulator.requests.length;
    const seconds = await this.#wave("all", users);
    const requests = this.#simulator.requests.length - before;
    const latencies = await this.#paced(users.slice(0, PACED));
    return { provider: this.#provider, users: count, pushesPerSecond: count / seconds, requests, ...latencies };
  }

  get #simulator() {
    return this.#simulators.by[this.#provider];
  }

  async #register(user: string): Promise<void> {
    const address = this.#simulators.address(this.#provider);
    this.#userOf.set(tokenOf(address), user);
    const base = { deviceId: "phone", provider: this.#provider, packageName: SIMULATED_PACKAGE };
    const body = { ...base, ...registrationOf(address) };
    const { status } = await api(this.#url, `/v1/users/${user}/push-tokens`, { body });
    if (status !== 200) throw new Error(`not registered: ${status}`);
  }

  /** The same text to all of them; answers with how many seconds it took until the last phone had it. */
  async #wave(packId: string, users: readonly string[]): Promise<number> {
    const done = this.#simulator.deliveries.length + users.length;
    const startMs = performance.now();
    // One collapse id for all of them: what differs for each user cannot share a request.
    const notification = { title: "Sale", body: "Everything at half its price, today only.", collapseId: packId };
    const { status } = await api(this.#url, "/v1/push", {
      body: { packId: `${packId}-${this.#provider}`, users, notification },
    });
    if (status !== 202) throw new Error(`not taken: ${status}`);
    await this.#simulator.delivered(done);
    return (performance.now() - startMs) / 1_000;
  }

  async #paced(users: readonly string[]): Promise<Latency> {
    const sentMs = new Map<string, number>();
    const latencies = new Latencies();
    const stop = this.#simulator.onDelivery(({ token }) => {
      latencies.add(performance.now() - (sentMs.get(this.#userOf.get(token) ?? "") ?? Number.NaN));
    });
    const done = this.#simulator.deliveries.length + users.length;
    for (const user of users) {
      sentMs.set(user, performance.now());
      void api(this.#url, "/v1/messages", {
        body: { packId: `to-${user}`, from: "driver", to: user, content: "Hello" },
      });
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
    await this.#simulator.delivered(done);
    stop();
    return latencies.summary();
  }
}

function tokenOf(address: PushAddress): string {
  return address.kind === "token" ? address.token : (address.endpoint.split("/").at(-1) ?? "");
}

function registrationOf(address: PushAddress): object {
  if (address.kind === "token") return { token: address.token };
  const { endpoint, p256dh, auth } = address;
  return { subscription: { endpoint, keys: { p256dh, auth } } };
}
