import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Listener, listenHttp2, type Reaction } from "../../src/hosts/native/push-simulator/listeners.ts";
import type { SimulatedRequest } from "../../src/hosts/native/push-simulator/vendor.ts";
import { FrozenProxy } from "./frozen-proxy.ts";

const pem = (name: string) => readFileSync(join(import.meta.dirname, "tls", name), "utf8");
const MAX_STREAMS = 5;

/** Does what the path of a request orders. `…-once` happens the first time that this path is asked for. */
export class Http2Server {
  #plain: Listener | undefined;
  #tls: Listener | undefined;
  #proxy: FrozenProxy | undefined;
  #streams = 0;
  #mostStreams = 0;
  readonly #asked = new Map<string, number>();
  readonly #held = new Map<string, () => void>();

  async start() {
    const react = (request: SimulatedRequest) => this.#react(request);
    const tls = { key: pem("loopback-key.pem"), cert: pem("loopback-cert.pem") };
    this.#plain = await listenHttp2(react, { maxConcurrentStreams: MAX_STREAMS });
    this.#tls = await listenHttp2(react, { tls });
    this.#proxy = await FrozenProxy.to(Number(new URL(this.#plain.url).port));
    return {
      url: this.#plain.url,
      tlsUrl: this.#tls.url,
      ca: tls.cert,
      freezingUrl: `http://127.0.0.1:${this.#proxy.port}`,
      deadUrl: `http://127.0.0.1:${await unusedPort()}`,
    };
  }

  close(): void {
    for (const server of [this.#proxy, this.#plain, this.#tls]) server?.close();
  }

  async #react(request: SimulatedRequest): Promise<Reaction> {
    this.#streams += 1;
    this.#mostStreams = Math.max(this.#mostStreams, this.#streams);
    try {
      return await this.#ordered(request);
    } finally {
      this.#streams -= 1;
    }
  }

  async #ordered(request: SimulatedRequest): Promise<Reaction> {
    const path = request.path.slice(1);
    const [run = "", order] = path.split("-");
    const isFirst = !this.#asked.has(path);
    this.#asked.set(path, 1);
    if (path === "410") return { status: 410, body: "gone" };
    if (path === "silent" || path === "drop") return { kind: path };
    if (path === "refuse-always") return { kind: "refuse" };
    if (path === "freeze") this.#proxy?.freeze();
    if (isFirst && (order === "goaway" || order === "refuse")) return { kind: order };
    if (order === "held") await new Promise<void>((resolve) => this.#held.set(run, resolve));
    if (order === "release") this.#held.get(run)?.();
    return this.#echo(request);
  }

  #echo({ headers, body, connection }: SimulatedRequest): Reaction {
    const answer = { connection, mostStreams: this.#mostStreams, body: Buffer.from(body).toString() };
    return { status: 200, headers: { "x-name": headers["x-name"] ?? "" }, body: JSON.stringify(answer) };
  }
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
