import { fittedTapData, intentUri, ttlSecondsOf, visible } from "../notice.ts";
import type { PushMessage } from "../provider.ts";
import { truncateColumns } from "./columns.ts";

/** One app in vivo's developer console. */
export interface VivoApp {
  readonly appId: string;
  readonly appKey: string;
  readonly appSecret: string;
  /** Message class; `IM` unless set. It decides what counts against the allowance of marketing. */
  readonly category?: string;
  readonly activity?: string;
  /** An app under review reaches only the test devices of the console. */
  readonly testPush?: boolean;
  /** Where vivo posts receipts, with our secret in its query. */
  readonly receiptUrl?: string;
  /** Number that the console gave to the registered receipt URL. */
  readonly receiptId?: string;
}

const MAX_TITLE_COLUMNS = 40;
const MAX_BODY_COLUMNS = 100;
const MAX_SKIP_UNITS = 1024;
const MAX_DATA_BYTES = 1000;
const MAX_TTL_SECONDS = 7 * 86_400;
const SILENT = 1;
const RING_AND_VIBRATE = 4;
const SYSTEM_MESSAGE = 1;
const OPEN_APP = 1;
const OPEN_ACTIVITY = 4;

export interface VivoEnvelope {
  readonly packageName: string;
  readonly app: VivoApp;
}

/** What both of vivo's APIs, for one device and for a list, take of a message. */
export function vivoNotice({ app, packageName }: VivoEnvelope, message: PushMessage, minTtlSeconds: number) {
  const data = fittedTapData(message, MAX_DATA_BYTES);
  return {
    appId: Number(app.appId),
    title: truncateColumns(visible(message.title), MAX_TITLE_COLUMNS),
    content: truncateColumns(visible(message.body), MAX_BODY_COLUMNS),
    notifyType: message.sound === undefined ? SILENT : RING_AND_VIBRATE,
    timeToLive: ttlSecondsOf(message, minTtlSeconds, MAX_TTL_SECONDS),
    networkType: -1,
    classification: SYSTEM_MESSAGE,
    category: app.category ?? "IM",
    clientCustomMap: data,
    ...skipOf(app, packageName, data),
    ...receiptOf(app, message),
  };
}

/** The data is in `clientCustomMap` as well: an intent too long for it is left without. */
function skipOf({ activity }: VivoApp, packageName: string, data: Readonly<Record<string, string>>) {
  if (activity === undefined) return { skipType: OPEN_APP };
  const full = intentUri(packageName, activity, data);
  const skipContent = full.length <= MAX_SKIP_UNITS ? full : intentUri(packageName, activity, {});
  return { skipType: OPEN_ACTIVITY, skipContent };
}

/** `callback.param` holds 64 characters. */
function receiptOf({ receiptUrl, receiptId }: VivoApp, message: PushMessage) {
  if (receiptUrl === undefined) return {};
  return {
    extra: {
      callback: receiptUrl,
      ...(message.id.length <= 64 ? { "callback.param": message.id } : {}),
      ...(receiptId === undefined ? {} : { "callback.id": receiptId }),
    },
  };
}
