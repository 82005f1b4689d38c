import type { PushProviderName } from "../../../protocol/push-provider-name.ts";
import type { QueuePorts } from "../../consumer.ts";

/** What the dispatcher needs of a host. */
export interface DispatchPorts extends Pick<QueuePorts, "call" | "clock" | "random"> {
  sleep(ms: number): Promise<void>;
  count(provider: PushProviderName, outcome: string): void;
  onFault(fault: unknown): void;
}
