import type { PushProviderName } from "../../../protocol/push-provider-name.ts";
import type { PushDevice } from "../../../protocol/rpc/push-call.ts";
import type { PushJob } from "../../../protocol/rpc/queue-job.ts";
import type { ConsumerPorts, QueueConsumer } from "../../consumer.ts";
import { type PushProviders, pushProviders } from "../config/providers.ts";
import type { PushConfig } from "../config/push-config.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Lane } from "./lane.ts";
import type { DispatchPorts } from "./ports.ts";
import type { Way } from "./requests.ts";

/** What works on the queue of pushes, as it is configured. */
export function pushConsumer(config: PushConfig, host: ConsumerPorts): QueueConsumer<PushJob> {
  const { measures } = host;
  const ports: DispatchPorts = {
    call: (room, call) => host.call(room, call),
    clock: host.clock,
    random: host.random,
    sleep: (ms) => host.sleep(ms),
    count: (provider, outcome) => measures.pushes.of(provider, outcome).add(),
    onFault: (fault) => host.onFault(fault),
  };
  const ways = new Ways(config, pushProviders(config, host), ports);
  const concurrencyOf = (name: PushProviderName) => config.providers[name].concurrency;
  return new Dispatcher({ wayTo: (device) => ways.to(device), concurrencyOf }, ports);
}

/** A lane for each provider and package that there are credentials of; APNs has servers of their own for development builds. */
class Ways {
  readonly #config: PushConfig;
  readonly #providers: PushProviders;
  readonly #ports: DispatchPorts;
  readonly #ways = new Map<string, Way>();

  constructor(config: PushConfig, providers: PushProviders, ports: DispatchPorts) {
    this.#config = config;
    this.#providers = providers;
    this.#ports = ports;
  }

  to({ provider: name, packageName, sandbox }: PushDevice): Way | undefined {
    const { packages, providers: tuning } = this.#config;
    const credentials = packages[packageName]?.[name];
    if (credentials === undefined) return undefined;
    const key = `${name} ${packageName}${sandbox ? " (sandbox)" : ""}`;
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const provider = this.#providers[name];
    const lane = new Lane({ name: key, provider, perSecond: tuning[name].perSecond }, this.#ports);
    const hasReceipts = "receipts" in credentials && credentials.receipts !== undefined;
    const fresh: Way = { lane, maxBatch: provider.maxBatch, hasReceipts };
    this.#ways.set(key, fresh);
    return fresh;
  }
}
