import type { PushProviderName } from "../../../protocol/push-provider-name.ts";
import type { PushReceipt } from "../../../protocol/rpc/push-call.ts";

/** The vendors that post receipts. */
export type ReceiptVendor = Extract<PushProviderName, "huawei" | "honor" | "xiaomi" | "meizu" | "vivo" | "oppo">;

export interface ReceiptRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `undefined` if the body is not of the vendor's form. */
export type ReceiptFormat = (body: string, nowMs: number) => readonly PushReceipt[] | undefined;
