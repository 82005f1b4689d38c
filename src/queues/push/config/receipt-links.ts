import type { AppId } from "../../../protocol/ids.ts";
import type { ReceiptVendor } from "../receipts/receipt.ts";

export interface ReceiptLink {
  readonly publicUrl: string;
  /** Whose own credentials they are; without it, the deployment's. */
  readonly app: AppId | undefined;
  /** Shows that a receipt is the vendor's, where nothing else does. */
  readonly secret: string | undefined;
}

/** Where a vendor posts the receipts of a package. */
export function receiptUrl(vendor: ReceiptVendor, { publicUrl, app, secret }: ReceiptLink): string {
  const query = new URLSearchParams({ ...(app !== undefined && { app }), ...(secret !== undefined && { secret }) });
  const url = `${publicUrl.replace(/\/+$/, "")}/v1/push/receipts/${vendor}`;
  return query.size === 0 ? url : `${url}?${query}`;
}
