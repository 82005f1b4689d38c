import type { PushProviderName } from "../../../protocol/push-provider-name.ts";
import type { PushJob } from "../../../protocol/rpc/queue-job.ts";
import type { ConsumerPorts, QueueConsumer } from "../../consumer.ts";
import type { PushConfig } from "../config/push-config.ts";
import { Dispatcher } from "./dispatcher.ts";
import { AppWays, type WaysPorts } from "./ways.ts";

/** What works on the queue of pushes, as the deployment and its apps are configured. */
export function pushConsumer(config: PushConfig, host: ConsumerPorts): QueueConsumer<PushJob> {
  const { clock, random, measures } = host;
  const ports: WaysPorts = {
    ...{ clock, random, push: host },
    call: (room, call) => host.call(room, call),
    settings: (app) => host.settings(app),
    sleep: (ms) => host.sleep(ms),
    count: (provider, outcome) => measures.pushes.of(provider, outcome).add(),
    onFault: (fault) => host.onFault(fault),
  };
  const ways = new AppWays(config, ports);
  const concurrencyOf = (name: PushProviderName) => config.providers[name].concurrency;
  return new Dispatcher({ waysOf: (app) => ways.of(app), concurrencyOf }, ports);
}
