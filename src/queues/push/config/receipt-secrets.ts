import type { ReceiptVendor } from "../receipts/receipt.ts";
import type { ReceiptSecret } from "../receipts/trust.ts";
import type { PushConfig } from "./push-config.ts";

/** How a vendor may show that a receipt is its own: one secret for each package that has any. */
export function receiptSecrets(packages: PushConfig["packages"], vendor: ReceiptVendor): ReceiptSecret[] {
  return Object.values(packages).flatMap((credentials): ReceiptSecret[] => {
    const receipts = credentials[vendor]?.receipts;
    if (receipts === undefined) return [];
    if ("secret" in receipts) return [{ kind: "query", ...receipts }];
    return "accessToken" in receipts ? [{ kind: "accessToken", ...receipts }] : [{ kind: "hmac", ...receipts }];
  });
}
