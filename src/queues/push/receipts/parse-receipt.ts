import type { PushReceipt } from "../../../protocol/rpc/push-call.ts";
import {
  parseHuaweiReceipts,
  parseMeizuReceipts,
  parseOppoReceipts,
  parseVivoReceipts,
  parseXiaomiReceipts,
} from "./formats.ts";
import type { ReceiptFormat, ReceiptRequest, ReceiptVendor } from "./receipt.ts";
import { isTrusted, type ReceiptTrust } from "./trust.ts";

export type ParsedReceipts =
  | { readonly kind: "receipts"; readonly receipts: readonly PushReceipt[] }
  /** Not from the vendor: signature or secret are missing, wrong or too old. */
  | { readonly kind: "untrusted" }
  | { readonly kind: "malformed" };

const FORMATS: Readonly<Record<ReceiptVendor, ReceiptFormat>> = {
  huawei: parseHuaweiReceipts,
  honor: parseHuaweiReceipts,
  xiaomi: parseXiaomiReceipts,
  meizu: parseMeizuReceipts,
  vivo: parseVivoReceipts,
  oppo: parseOppoReceipts,
};

export function isReceiptVendor(name: string): name is ReceiptVendor {
  return Object.hasOwn(FORMATS, name);
}

/** Checks that the vendor sent it, and reads what it says. Receipts come again: whoever counts them must expect that. */
export function parseReceipt(vendor: ReceiptVendor, request: ReceiptRequest, trust: ReceiptTrust): ParsedReceipts {
  if (!isTrusted(request, trust)) return { kind: "untrusted" };
  const receipts = FORMATS[vendor](request.body, trust.nowMs);
  return receipts === undefined ? { kind: "malformed" } : { kind: "receipts", receipts };
}

/** What the vendor wants to read; without it, it posts the receipt again. */
export function receiptAnswer(vendor: ReceiptVendor): { readonly contentType: string; readonly body: string } {
  const isHuaweis = vendor === "huawei" || vendor === "honor";
  const answer = isHuaweis ? { code: "0", message: "success" } : { code: 0, message: "success" };
  return { contentType: "application/json", body: JSON.stringify(answer) };
}
