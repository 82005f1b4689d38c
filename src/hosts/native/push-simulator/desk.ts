import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { PUSH_PROVIDER_NAMES, type PushProviderName } from "../../../protocol/push-provider-name.ts";
import type { FaultOrder } from "./faults.ts";
import type { RecordedDelivery } from "./simulator.ts";
import { type PushSimulators, SIMULATED_PACKAGE } from "./simulators.ts";

/** What somebody would have seen on a phone. */
export interface SeenPush
  extends Pick<RecordedDelivery, "provider" | "kind" | "title" | "body" | "badge" | "collapseId" | "atMs" | "token"> {
  /** Counted from 1, over all phones. */
  readonly number: number;
  /** Whose phone it is; unknown where it was not handed out here. */
  readonly user?: string;
}

/** Pages and tests ask every now and then. */
const MAX_SEEN = 20_000;

/** Shows what phones show, and hands new ones out: over HTTP on loopback, as the server may be another process. */
export class PhoneDesk {
  readonly #simulators: PushSimulators;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => answer(response, {}, 400));
  });
  readonly #users = new Map<string, string>();
  #seen: SeenPush[] = [];
  #count = 0;

  private constructor(simulators: PushSimulators) {
    this.#simulators = simulators;
    for (const simulator of Object.values(simulators.by)) simulator.onDelivery((delivery) => this.#see(delivery));
  }

  static async open(simulators: PushSimulators): Promise<PhoneDesk> {
    const desk = new PhoneDesk(simulators);
    await new Promise<void>((resolve, reject) => {
      desk.#server.once("error", reject);
      desk.#server.listen(0, "127.0.0.1", resolve);
    });
    return desk;
  }

  get url(): string {
    // SAFETY: a server that listens on TCP has an address with a port
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#simulators.close();
  }

  #see(delivery: RecordedDelivery): void {
    this.#count += 1;
    const { raw: _raw, ...shown } = delivery;
    const user = this.#users.get(delivery.token);
    const seen = { ...shown, number: this.#count, ...(user !== undefined && { user }) };
    this.#seen.push(seen);
    if (this.#seen.length > MAX_SEEN) this.#seen = this.#seen.slice(-MAX_SEEN / 2);
  }

  /**
   * `GET /seen?after=&token=` · `POST /phones/<provider>?user=`: what a new phone of the user registers with · `POST /faults/<provider>`: an
   * order to misbehave, see {@link FaultOrder}.
   */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const [, place, name] = pathname.split("/");
    if (request.method === "GET" && place === "seen") return answer(response, { seen: this.#seenBy(searchParams) });
    if (request.method !== "POST" || !isProvider(name)) return answer(response, {}, 404);
    if (place === "phones") return answer(response, this.#registration(name, searchParams.get("user") ?? ""));
    if (place !== "faults") return answer(response, {}, 404);
    // SAFETY: only tests and people under development give orders
    this.#simulators.by[name].order((await json(request)) as FaultOrder);
    answer(response, {});
  }

  #seenBy(query: URLSearchParams): readonly SeenPush[] {
    const after = Number(query.get("after") ?? 0);
    const token = query.get("token");
    return this.#seen.filter((push) => push.number > after && (token === null || push.token === token));
  }

  /** As the frame `device.push` has it. */
  #registration(provider: PushProviderName, user: string): object {
    const address = this.#simulators.address(provider);
    // The last part of an endpoint is what its simulator calls the token.
    const token = address.kind === "token" ? address.token : (address.endpoint.split("/").at(-1) ?? "");
    this.#users.set(token, user);
    const base = { provider, packageName: SIMULATED_PACKAGE };
    if (address.kind === "token") return { ...base, token };
    const { endpoint, p256dh, auth } = address;
    return { ...base, subscription: { endpoint, keys: { p256dh, auth } } };
  }
}

function isProvider(name: string | undefined): name is PushProviderName {
  return PUSH_PROVIDER_NAMES.some((known) => known === name);
}

function answer(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
