import { z } from "zod";
import type { HttpResponse } from "../../http.ts";
import { parsedJson } from "../json.ts";
import type { PushOutcome } from "../provider.ts";
import { retryAfterMs } from "../retry-after.ts";

const detail = z.object({
  "@type": z.string().default(""),
  errorCode: z.string().optional(),
  fieldViolations: z.array(z.object({ field: z.string().default("") })).optional(),
});
const errorBody = z.object({
  error: z.object({
    status: z.string().optional(),
    message: z.string().default(""),
    details: z.array(detail).default([]),
  }),
});
type FcmError = z.infer<typeof errorBody>["error"];

const sentBody = z.object({ name: z.string() });

/** For a quota without a `retry-after`: quotas are counted by the minute. */
const QUOTA_PAUSE_MS = 60_000;

/** What FCM said about one push. */
export function fcmOutcome(response: HttpResponse, nowMs: number): PushOutcome {
  const json = parsedJson(response.body);
  if (response.status === 200) {
    const sent = sentBody.safeParse(json);
    return { kind: "sent", ...(sent.success && { providerMessageId: sent.data.name }) };
  }
  const parsed = errorBody.safeParse(json);
  const error: FcmError = parsed.success ? parsed.data.error : { message: "", details: [] };
  const code = error.details.find(({ errorCode }) => errorCode !== undefined)?.errorCode ?? error.status;
  const afterMs = retryAfterMs(response.headers["retry-after"], nowMs);
  return outcomeOf({ status: response.status, code, error, afterMs });
}

interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly error: FcmError;
  readonly afterMs: number | undefined;
}

/** By the error codes of FCM (`FcmError`), and by those of Google's APIs in general where FCM added none. */
function outcomeOf({ status, code, error, afterMs }: Refusal): PushOutcome {
  const reason = code ?? `http:${status}`;
  switch (code) {
    case "UNREGISTERED":
    case "SENDER_ID_MISMATCH":
      return { kind: "dropToken", reason };
    case "INVALID_ARGUMENT":
      return { kind: blamesToken(error) ? "dropToken" : "giveUp", reason };
    // Apple's key or the VAPID key that was given to Firebase: no access token of ours helps, although the status is 401.
    case "THIRD_PARTY_AUTH_ERROR":
    case "PERMISSION_DENIED":
    case "NOT_FOUND":
      return { kind: "configError", reason };
    case "UNAUTHENTICATED":
      return { kind: "refreshCredential", reason };
    case "QUOTA_EXCEEDED":
    case "RESOURCE_EXHAUSTED":
      return { kind: "retry", reason, afterMs: afterMs ?? QUOTA_PAUSE_MS };
    case "UNAVAILABLE":
    case "INTERNAL":
      return { kind: "retry", reason, ...(afterMs !== undefined && { afterMs }) };
    default:
      return outcomeOfStatus(status, reason, afterMs);
  }
}

/** `UNSPECIFIED_ERROR`, a code that is newer than this, or an answer of a proxy. */
function outcomeOfStatus(status: number, reason: string, afterMs: number | undefined): PushOutcome {
  if (status === 429 || status >= 500) return { kind: "retry", reason, ...(afterMs !== undefined && { afterMs }) };
  if (status === 401) return { kind: "refreshCredential", reason };
  return { kind: status === 403 || status === 404 ? "configError" : "giveUp", reason };
}

/** A field of the request is named where the request is malformed; a malformed token is told in words alone. */
function blamesToken({ message, details }: FcmError): boolean {
  const violations = details.flatMap(({ fieldViolations }) => fieldViolations ?? []);
  if (violations.length > 0) return violations.some(({ field }) => field === "message.token");
  return /registration token/i.test(message);
}
