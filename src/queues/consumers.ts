import { ArchiveWriter } from "../archive/writer.ts";
import { ArchiveConsumer } from "./archive/archive-consumer.ts";
import type { ConsumerPorts, Consumers } from "./consumer.ts";
import type { PushConfig } from "./push/config/push-config.ts";
import { pushConsumer } from "./push/dispatch/push-consumer.ts";
import { WebhookConsumer } from "./webhook/webhook-consumer.ts";

export interface ConsumersConfig {
  readonly push: PushConfig;
}

/** What works on each queue. One for the life of a process or an isolate: consumers remember credentials, and what fails. */
export function consumersOf(config: ConsumersConfig, ports: ConsumerPorts): Consumers {
  const consumers = { push: pushConsumer(config.push, ports), webhook: new WebhookConsumer(ports) };
  const { archive } = ports;
  if (archive === undefined) return consumers;
  return { ...consumers, archive: new ArchiveConsumer({ ...ports, writer: new ArchiveWriter(archive) }) };
}
