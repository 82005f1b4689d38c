import type { HttpResponse } from "../../http.ts";
import type { PushOutcome } from "../provider.ts";
import { retryAfterMs } from "../retry-after.ts";

/** What a push service said about one push. Services agree on statuses (RFC 8030, 8292) and on nothing else. */
export function webPushOutcome({ status, headers }: HttpResponse, nowMs: number): PushOutcome {
  const reason = `http:${status}`;
  const id = headers.location;
  if (status >= 200 && status < 300) return { kind: "sent", ...(id !== undefined && { providerMessageId: id }) };
  const afterMs = retryAfterMs(headers["retry-after"], nowMs);
  switch (status) {
    case 404:
    case 410:
      return { kind: "dropToken", reason };
    case 401:
      return { kind: "refreshCredential", reason };
    // The key does not belong to the subscription, or the service does not want us.
    case 403:
      return { kind: "configError", reason };
    // Windows throttles with 406.
    case 406:
    case 408:
    case 429:
      return { kind: "retry", reason, ...(afterMs !== undefined && { afterMs }) };
    default:
      if (status >= 500) return { kind: "retry", reason, ...(afterMs !== undefined && { afterMs }) };
      return { kind: "giveUp", reason };
  }
}
