import type { Consumers, QueuePorts } from "./consumer.ts";

/** What works on each queue. */
export function consumersOf(_ports: QueuePorts): Consumers {
  return {};
}
