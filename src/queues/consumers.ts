import type { ConsumerPorts, Consumers } from "./consumer.ts";
import type { PushConfig } from "./push/config/push-config.ts";
import { pushConsumer } from "./push/dispatch/push-consumer.ts";

export interface ConsumersConfig {
  readonly push: PushConfig;
}

/** What works on each queue. One for the life of a process or an isolate: consumers remember credentials, and what fails. */
export function consumersOf(config: ConsumersConfig, ports: ConsumerPorts): Consumers {
  return { push: pushConsumer(config.push, ports) };
}
