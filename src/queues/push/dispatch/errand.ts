import type { PushDevice, PushTaken } from "../../../protocol/rpc/push-call.ts";
import type { PushJob } from "../../../protocol/rpc/queue-job.ts";
import type { Delivery } from "../../consumer.ts";
import type { Attempt } from "./attempt.ts";

export type Work = Exclude<PushTaken, { readonly kind: "nothing" }>;

/** One job that has something to send, and how far it is. */
export class Errand {
  readonly delivery: Delivery<PushJob>;
  readonly work: Work;
  readonly devices: readonly PushDevice[];
  readonly #attempts = new Map<string, Attempt>();

  constructor(delivery: Delivery<PushJob>, work: Work) {
    this.delivery = delivery;
    this.work = work;
    this.devices = devicesOf(work);
  }

  /** Returns whether every device has been tried. */
  tried({ tokenId }: PushDevice, attempt: Attempt): boolean {
    this.#attempts.set(tokenId, attempt);
    return this.#attempts.size >= this.devices.length;
  }

  attempts(): readonly (readonly [tokenId: string, attempt: Attempt])[] {
    return [...this.#attempts];
  }
}

function devicesOf(work: Work): readonly PushDevice[] {
  if (work.kind === "withdraw") return work.withdrawal.targets.map(({ target }) => target);
  return work.parts.flatMap(({ targets }) => targets);
}
