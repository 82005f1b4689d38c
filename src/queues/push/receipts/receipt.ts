import type { PushProviderName } from "../../../protocol/push-provider-name.ts";

/** The vendors that post receipts. */
export type ReceiptVendor = Extract<PushProviderName, "huawei" | "honor" | "xiaomi" | "meizu" | "vivo" | "oppo">;

export interface ReceiptRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What became of one push on one device. */
export interface Receipt {
  readonly kind: "delivered" | "clicked" | "failed";
  /** The vendor's id, as `providerMessageId` of the push that was sent. */
  readonly messageId: string;
  /** Our id of the push, where the vendor carried it back. */
  readonly pushId?: string;
  readonly token?: string;
  /** In ms since 1970. */
  readonly atMs: number;
  /** The vendor's code of a failure. */
  readonly reason?: string;
  /** The vendor says that the token will never work again. */
  readonly isTokenDead: boolean;
}

/** `undefined` if the body is not of the vendor's form. */
export type ReceiptFormat = (body: string, nowMs: number) => readonly Receipt[] | undefined;
