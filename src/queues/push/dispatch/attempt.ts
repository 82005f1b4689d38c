import type { PushDevice, PushOutcome } from "../../../protocol/rpc/push-call.ts";

/** What came of one device, this time. */
export type Attempt =
  | { readonly kind: "asked"; readonly outcome: PushOutcome }
  /** The provider was not asked: it does not answer, or refuses everybody with this `fault` of the configuration. */
  | { readonly kind: "paused"; readonly afterMs: number; readonly fault?: string | undefined }
  /** The provider was not asked: others were before. */
  | { readonly kind: "paced"; readonly afterMs: number };

/** Whom a request is for. `providerMessageId`: of the push that is withdrawn. */
export interface Addressee {
  readonly target: PushDevice;
  readonly providerMessageId?: string;
}
