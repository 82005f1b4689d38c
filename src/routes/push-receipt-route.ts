import type { Context } from "hono";
import { mailboxRoom, type RoomName } from "../kernel/room-name.ts";
import { ParleyError } from "../protocol/errors.ts";
import { AppId } from "../protocol/ids.ts";
import { ownerOfPush } from "../protocol/push-id.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { PushReceipt } from "../protocol/rpc/push-call.ts";
import { packagesOf } from "../queues/push/config/app-packages.ts";
import type { PushConfig } from "../queues/push/config/push-config.ts";
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
    const app = AppId.safeParse(request.query.app).data;
    const packages = app === undefined ? deps.config.push.packages : packagesOf(await deps.settings(app));
    const receipts = trusted(request, { vendor, packages, nowMs: deps.clock.nowMs() });
    await hand(
      deps,
      vendor,
      receipts.filter(({ pushId = "" }) => app === undefined || isOf(app, pushId)),
    );
    const { contentType, body } = receiptAnswer(vendor);
    return c.body(body, 200, { "Content-Type": contentType });
  };
}

interface Known {
  readonly vendor: ReceiptVendor;
  readonly packages: PushConfig["packages"];
  readonly nowMs: number;
}

/** Whoever has the secret of an app's own package speaks of its users only. */
function isOf(app: AppId, pushId: string): boolean {
  const owner = ownerOfPush(pushId);
  return owner === undefined || owner.app === app;
}

function trusted(request: ReceiptRequest, { vendor, packages, nowMs }: Known): readonly PushReceipt[] {
  for (const secret of receiptSecrets(packages, vendor)) {
    const parsed = parseReceipt(vendor, request, { secret, nowMs });
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
