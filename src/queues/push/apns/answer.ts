import { z } from "zod";
import type { HttpResponse } from "../../http.ts";
import { parsedJson } from "../json.ts";
import type { PushOutcome } from "../provider.ts";

type Action = "drop" | "retry" | "refresh" | "config" | "giveUp";

/** Every reason of Apple's "Handling notification responses from APNs", and the other spelling of one that servers really use. */
export const APNS_REASONS: Readonly<Record<string, Action>> = {
  BadCollapseId: "giveUp",
  BadDeviceToken: "drop",
  BadExpirationDate: "giveUp",
  BadMessageId: "giveUp",
  BadPriority: "giveUp",
  BadTopic: "config",
  DeviceTokenNotForTopic: "drop",
  DuplicateHeaders: "giveUp",
  IdleTimeout: "retry",
  InvalidPushType: "giveUp",
  MissingDeviceToken: "drop",
  MissingTopic: "config",
  PayloadEmpty: "giveUp",
  TopicDisallowed: "config",
  BadCertificate: "config",
  BadCertificateEnvironment: "config",
  ExpiredProviderToken: "refresh",
  Forbidden: "config",
  InvalidProviderToken: "config",
  MissingProviderToken: "config",
  UnrelatedKeyIdInToken: "config",
  BadEnvironmentKeyIdInToken: "config",
  BadEnvironmentKeyInToken: "config",
  BadPath: "config",
  MethodNotAllowed: "config",
  ExpiredToken: "drop",
  Unregistered: "drop",
  PayloadTooLarge: "giveUp",
  TooManyProviderTokenUpdates: "retry",
  TooManyRequests: "retry",
  InternalServerError: "retry",
  ServiceUnavailable: "retry",
  Shutdown: "retry",
};

/** Of a reason that is newer than this table, or of a gateway's own answer. */
function actionOfStatus(status: number): Action {
  if (status === 410) return "drop";
  if (status === 429 || status >= 500) return "retry";
  return status === 401 || status === 403 || status === 404 || status === 405 ? "config" : "giveUp";
}

/** A token may change once in 20 minutes. */
const TOKEN_UPDATE_PAUSE_MS = 20 * 60_000;
/** Too many pushes to one device. */
const DEVICE_PAUSE_MS = 60_000;
const PAUSES_MS: Readonly<Record<string, number>> = {
  TooManyProviderTokenUpdates: TOKEN_UPDATE_PAUSE_MS,
  TooManyRequests: DEVICE_PAUSE_MS,
};

const errorBody = z.object({ reason: z.string(), timestamp: z.number().optional() });

function errorOf(response: HttpResponse): z.infer<typeof errorBody> {
  const parsed = errorBody.safeParse(parsedJson(response.body));
  return parsed.success ? parsed.data : { reason: `http:${response.status}` };
}

/** What APNs said about one push. */
export function apnsOutcome(response: HttpResponse): PushOutcome {
  const id = response.headers["apns-id"];
  if (response.status === 200) return { kind: "sent", ...(id !== undefined && { providerMessageId: id }) };
  const { reason, timestamp } = errorOf(response);
  const pauseMs = PAUSES_MS[reason];
  switch (APNS_REASONS[reason] ?? actionOfStatus(response.status)) {
    case "drop":
      return { kind: "dropToken", reason, ...(timestamp !== undefined && { invalidSinceMs: timestamp }) };
    case "retry":
      return { kind: "retry", reason, ...(pauseMs !== undefined && { afterMs: pauseMs }) };
    case "refresh":
      return { kind: "refreshCredential", reason };
    case "config":
      return { kind: "configError", reason };
    case "giveUp":
      return { kind: "giveUp", reason };
  }
}
