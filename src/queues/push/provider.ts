import type { Clock, Random } from "../../kernel/ports.ts";
import type { PushProviderName } from "../../protocol/push-provider-name.ts";
import type { PushMessage, PushOutcome, PushTarget, PushWithdrawal } from "../../protocol/rpc/push-call.ts";
import type { Http } from "../http.ts";

export type {
  PushAddress,
  PushMessage,
  PushOutcome,
  PushTarget,
  PushWithdrawal,
} from "../../protocol/rpc/push-call.ts";

/** One message to devices of one provider, of one package and of one locale. */
export interface PushBatch {
  readonly message: PushMessage;
  /** At most {@link PushProvider.maxBatch}. */
  readonly targets: readonly PushTarget[];
}

export interface PushProvider {
  readonly name: PushProviderName;
  /** Targets that one request carries. */
  readonly maxBatch: number;
  /** One outcome per target, in their order. What the provider answers never makes it throw. */
  send(batch: PushBatch): Promise<readonly PushOutcome[]>;
  /** Takes back what may still be shown, where the provider can. */
  withdraw?(withdrawal: PushWithdrawal): Promise<readonly PushOutcome[]>;
}

export interface PushPorts {
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
}

/** For connecting, sending and the whole answer. */
export const PUSH_TIMEOUT_MS = 10_000;
