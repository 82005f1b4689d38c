import { messageEnvelope, withdrawalEnvelope } from "../envelope.ts";
import { fitMessage } from "../fit.ts";
import { digestName, shortName } from "../names.ts";
import type { PushMessage, PushWithdrawal } from "../provider.ts";

/** FCM counts the notification, the data and, for an iPhone, what it makes of both. The rest is what FCM adds itself. */
const MAX_PAYLOAD_BYTES = 4096 - 256;
const MAX_APNS_COLLAPSE_ID_BYTES = 64;
/** Of the `Topic` header of Web Push (RFC 8030). */
const MAX_TOPIC_LENGTH = 32;

/** A `message` of the v1 API without its target: for Android, and for iPhones and browsers that registered with Firebase. */
export function fcmMessage(message: PushMessage, nowMs: number): object {
  const fitted = fitMessage(message, MAX_PAYLOAD_BYTES, (candidate) => JSON.stringify(content(candidate)));
  const { notification, data, apns } = content(fitted);
  const high = message.priority === "high";
  return {
    notification,
    data,
    android: {
      collapse_key: message.collapseId,
      priority: high ? "HIGH" : "NORMAL",
      ttl: `${message.ttlSeconds}s`,
      notification: androidNotification(message),
    },
    apns: { headers: apnsHeaders(message, nowMs), payload: apns },
    webpush: {
      headers: {
        TTL: String(message.ttlSeconds),
        Urgency: high ? "high" : "normal",
        Topic: digestName(message.collapseId, MAX_TOPIC_LENGTH),
      },
      notification: { tag: message.collapseId },
      // Firebase takes nothing but https here.
      ...(message.uri?.startsWith("https://") === true && { fcm_options: { link: message.uri } }),
    },
  };
}

/** Data alone: nothing is shown, the app removes the notification with this tag. What has not arrived yet is replaced. */
export function fcmWithdrawal(withdrawal: PushWithdrawal, nowMs: number): object {
  return {
    data: { parley: JSON.stringify(withdrawalEnvelope(withdrawal)) },
    android: { collapse_key: withdrawal.collapseId, priority: "NORMAL", ttl: `${withdrawal.ttlSeconds}s` },
    apns: {
      headers: { ...apnsHeaders({ ...withdrawal, priority: "normal" }, nowMs), "apns-push-type": "background" },
      payload: { aps: { "content-available": 1, badge: withdrawal.badge } },
    },
    webpush: {
      headers: { TTL: String(withdrawal.ttlSeconds), Topic: digestName(withdrawal.collapseId, MAX_TOPIC_LENGTH) },
    },
  };
}

/** What counts towards the limit. Keys of `data` are ours alone: Firebase refuses some names, and an app's could be among them. */
function content(message: PushMessage) {
  const { title, body, badge, sessionId, category, sound } = message;
  return {
    notification: { title, body },
    data: { parley: JSON.stringify(messageEnvelope(message)) },
    apns: {
      aps: {
        badge,
        "thread-id": sessionId,
        "mutable-content": 1,
        ...(sound !== undefined && { sound }),
        ...(category !== undefined && { category }),
      },
    },
  };
}

/** The tag makes a later notification take this one's place on the screen. */
function androidNotification({ collapseId, badge, category, sound }: PushMessage): object {
  return {
    tag: collapseId,
    notification_count: badge,
    ...(category !== undefined && { channel_id: category }),
    ...(sound !== undefined && { sound }),
  };
}

type Delivery = Pick<PushMessage, "collapseId" | "priority" | "ttlSeconds">;

function apnsHeaders({ collapseId, priority, ttlSeconds }: Delivery, nowMs: number): Record<string, string> {
  return {
    "apns-priority": priority === "high" ? "10" : "5",
    "apns-expiration": ttlSeconds > 0 ? String(Math.floor(nowMs / 1000) + ttlSeconds) : "0",
    "apns-collapse-id": shortName(collapseId, MAX_APNS_COLLAPSE_ID_BYTES),
  };
}
