import type { Decoded } from "../protocol/codec.ts";
import type { DownFrame } from "../protocol/down.ts";
import { ERRORS } from "../protocol/errors.ts";
import type { PackId } from "../protocol/ids.ts";
import type { Failure } from "../protocol/rpc/outcome.ts";

/** The one response to a request that failed: its ack, or an `error` frame when it had no usable packId. */
export function refusal(packId: PackId | undefined, outcome: Failure): DownFrame {
  const { code } = ERRORS[outcome.error];
  const { message, retryAfterMs } = outcome;
  if (packId === undefined) return { type: "error", code, message };
  return { type: "ack", packId, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

export function packIdOf(request: Decoded): PackId | undefined {
  return request.ok ? request.frame.packId : request.packId;
}
