import type { ReceiptVendor } from "../receipts/receipt.ts";

/** Where a vendor posts receipts of a package: our route, with the secret that shows them to be the vendor's. */
export function receiptUrl(publicUrl: string, vendor: ReceiptVendor, secret: string | undefined): string {
  const url = `${publicUrl.replace(/\/+$/, "")}/v1/push/receipts/${vendor}`;
  return secret === undefined ? url : `${url}?secret=${secret}`;
}
