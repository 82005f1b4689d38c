import type { PushReceipt } from "../../../protocol/rpc/push-call.ts";
import { parsedJson } from "../json.ts";
import { isObject, type JsonObject, textOf, textsOf } from "../vendor-answer.ts";
import type { ReceiptFormat } from "./receipt.ts";

/** A field of a form may be absent. */
function parsed(text: string | null): unknown {
  return parsedJson(text ?? "");
}

function optional<Key extends string>(key: Key, value: unknown): { readonly [name in Key]?: string } {
  const text = textOf(value);
  // SAFETY: an object with the one key that the type allows, or none.
  return (text === undefined || text === "" ? {} : { [key]: text }) as { readonly [name in Key]?: string };
}

function timeOf(value: unknown, nowMs: number): number {
  const time = Number(value);
  return Number.isSafeInteger(time) && time > 0 ? time : nowMs;
}

function tokensOf(targets: unknown): string[] {
  const list = typeof targets === "string" ? targets.split(",") : textsOf(targets);
  return list.map((token) => token.trim()).filter((token) => token !== "");
}

/** One receipt per token, or one without if the vendor names none. */
function perToken(tokens: readonly string[], receipt: PushReceipt): PushReceipt[] {
  return tokens.length === 0 ? [receipt] : tokens.map((token) => ({ ...receipt, token }));
}

/** Uninstalled, and a token that the device does not know. */
const HUAWEI_DEAD: ReadonlySet<string> = new Set(["2", "5"]);

/** `statuses`, whose code is in `status` (version 1) or in `deliveryStatus` (version 2). */
export const parseHuaweiReceipts: ReceiptFormat = (body, nowMs) => {
  const content = parsed(body);
  if (!isObject(content) || !Array.isArray(content.statuses)) return undefined;
  return content.statuses.filter(isObject).flatMap((entry): PushReceipt[] => {
    const delivery = isObject(entry.deliveryStatus) ? entry.deliveryStatus : entry;
    const code = textOf(delivery.result ?? delivery.status);
    const messageId = textOf(entry.requestId);
    if (code === undefined || messageId === undefined) return [];
    const isDelivered = code === "0";
    return [
      {
        kind: isDelivered ? "delivered" : "failed",
        messageId,
        ...optional("pushId", entry.biTag),
        ...optional("token", entry.token),
        atMs: timeOf(delivery.timestamp, nowMs),
        ...(isDelivered ? {} : { reason: code }),
        isTokenDead: HUAWEI_DEAD.has(code),
      },
    ];
  });
};

/** Of Xiaomi's and Meizu's numbers, which are the same. */
function kindOf(type: string): PushReceipt["kind"] {
  if (type === "1") return "delivered";
  return type === "2" ? "clicked" : "failed";
}

/** The device is unknown, or the app uninstalled. */
const XIAOMI_DEAD = "16";

function typedReceipts(messageId: string, entry: JsonObject, nowMs: number): PushReceipt[] {
  const type = textOf(entry.type) ?? "1";
  const kind = kindOf(type);
  return perToken(tokensOf(entry.targets), {
    kind,
    messageId,
    ...optional("pushId", entry.param),
    atMs: timeOf(entry.timestamp, nowMs),
    ...(kind === "failed" ? { reason: type } : {}),
    isTokenDead: type === XIAOMI_DEAD,
  });
}

/** A form whose `data` is an object by message id. */
export const parseXiaomiReceipts: ReceiptFormat = (body, nowMs) => {
  const content = parsed(body) ?? parsed(new URLSearchParams(body).get("data"));
  if (!isObject(content)) return undefined;
  return Object.entries(content).flatMap(([messageId, entry]) =>
    isObject(entry) ? typedReceipts(messageId, entry, nowMs) : [],
  );
};

/** A form whose `cb` is an object by message id and type, as in `id-1`. */
export const parseMeizuReceipts: ReceiptFormat = (body, nowMs) => {
  const content = parsed(new URLSearchParams(body).get("cb"));
  if (!isObject(content)) return undefined;
  return Object.entries(content).flatMap(([key, entry]) => {
    if (!isObject(entry)) return [];
    const [, messageId = key, type = "1"] = /^(.+)-(\d+)$/.exec(key) ?? [];
    return typedReceipts(messageId, { ...entry, type: entry.type ?? type }, nowMs);
  });
};

/** An object by task id; vivo reports deliveries only. */
export const parseVivoReceipts: ReceiptFormat = (body, nowMs) => {
  const content = parsed(body) ?? parsed(new URLSearchParams(body).get("data"));
  if (!isObject(content)) return undefined;
  return Object.entries(content).flatMap(([messageId, entry]) =>
    isObject(entry) ? typedReceipts(messageId, { ...entry, type: "1" }, nowMs) : [],
  );
};

const OPPO_ARRIVED = "push_arrive";
const OPPO_DEAD = "regid_invalid";

/** A list of events; the first documents knew no other event than the arrival, and gave it no name. */
export const parseOppoReceipts: ReceiptFormat = (body, nowMs) => {
  const content = parsed(body);
  if (!Array.isArray(content)) return undefined;
  return content.filter(isObject).flatMap((entry): PushReceipt[] => {
    const messageId = textOf(entry.messageId);
    const event = textOf(entry.eventType) ?? OPPO_ARRIVED;
    if (messageId === undefined) return [];
    const isDelivered = event === OPPO_ARRIVED;
    return perToken(tokensOf(entry.registrationIds), {
      kind: isDelivered ? "delivered" : "failed",
      messageId,
      ...optional("pushId", entry.param),
      atMs: timeOf(entry.eventTime, nowMs),
      ...(isDelivered ? {} : { reason: event }),
      isTokenDead: event === OPPO_DEAD,
    });
  });
};
