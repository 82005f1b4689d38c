import type { Context } from "hono";
import { mailboxRoom, type RoomName } from "../kernel/room-name.ts";
import { ParleyError } from "../protocol/errors.ts";
import { ownerOfPush } from "../protocol/push-id.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { PushReceipt } from "../protocol/rpc/push-call.ts";
import { receiptSecrets } from "../queues/push/config/receipt-secrets.ts";
import { isReceiptVendor, parseReceipt, receiptAnswer } from "../queues/push/receipts/parse-receipt.ts";
import type { ReceiptRequest, ReceiptVendor } from "../queues/push/receipts/receipt.ts";
import type { Deps } from "./deps.ts";

/**
 * `POST /v1/push/receipts/{provider}`: what became of pushes, as vendors post it. They have no key of ours and forms of their own, so it is
 * no operation of the API: a signature, or the secret in the URL that they were given, shows who they are.
 */
export function pushReceipts(deps: Deps): (c: Context) => Promise<Response> {
  return async (c) => {
    const vendor = c.req.param("provider") ?? "";
    if (!isReceiptVendor(vendor)) throw new ParleyError("NO_SUCH_ROUTE");
    const request = {
      headers: Object.fromEntries(c.req.raw.headers),
      query: c.req.query(),
      body: await c.req.text(),
    };
    await hand(deps, vendor, trusted(deps, vendor, request));
    const { contentType, body } = receiptAnswer(vendor);
    return c.body(body, 200, { "Content-Type": contentType });
  };
}

function trusted({ config, clock }: Deps, vendor: ReceiptVendor, request: ReceiptRequest): readonly PushReceipt[] {
  for (const secret of receiptSecrets(config.push, vendor)) {
    const parsed = parseReceipt(vendor, request, { secret, nowMs: clock.nowMs() });
    if (parsed.kind === "receipts") return parsed.receipts;
    if (parsed.kind === "malformed") throw new ParleyError("BAD_PARAMETER", "not a receipt of this vendor");
  }
  throw new ParleyError("BAD_CREDENTIALS");
}

/** To the mailboxes of those who were pushed to. When one cannot be reached the vendor is not answered with success, and posts it again. */
async function hand(deps: Deps, vendor: ReceiptVendor, receipts: readonly PushReceipt[]): Promise<void> {
  const byMailbox = new Map<RoomName, PushReceipt[]>();
  for (const receipt of receipts) {
    const owner = ownerOfPush(receipt.pushId ?? "");
    if (owner === undefined) continue;
    const room = mailboxRoom(owner.app, owner.userId);
    byMailbox.set(room, [...(byMailbox.get(room) ?? []), receipt]);
  }
  const calls = [...byMailbox].map(([room, some]) =>
    deps.call(room, { type: "push.receipt", provider: vendor, receipts: some }),
  );
  for (const outcome of await Promise.all(calls)) unwrap(outcome);
  for (const { kind } of receipts) deps.measures.pushes.of(vendor, kind).add();
}
