import { z } from "zod";
import { DeviceId, PackId } from "../ids.ts";
import { isLocale, isTimeZone } from "../locale.ts";
import { PUSH_PROVIDER_NAMES } from "../push-provider-name.ts";

export const PushProvider = z.enum(PUSH_PROVIDER_NAMES);

const Base64Url = z.string().regex(/^[A-Za-z0-9_-]+$/);
export const Locale = z.string().max(35).refine(isLocale, "a language tag, as en or zh-Hant-TW");
export const TimeZone = z.string().max(64).refine(isTimeZone, "a time zone of IANA, as Asia/Shanghai");

/** What `PushManager.subscribe` gives in a browser. */
export const PushSubscription = z.object({
  endpoint: z.url().max(1_024),
  keys: z.object({ p256dh: Base64Url.max(120), auth: Base64Url.max(64) }),
});

/** Where a device is reached: by a token of its push service, or in a browser by a subscription. */
export const PushRegistration = z
  .object({
    provider: PushProvider,
    token: z
      .string()
      .max(4_096)
      .regex(/^[!-~]+$/)
      .optional(),
    subscription: PushSubscription.optional(),
    /** Bundle id, package name or, for Web Push, the site: with whose credentials to send. */
    packageName: z
      .string()
      .max(255)
      .regex(/^[!-~]+$/),
    appVersion: z.string().min(1).max(64).optional(),
    /** In which language the device shows pushes; unless given, the user's (`push.settings`). */
    locale: Locale.optional(),
    /** Where the device is, for quiet hours of users who do not say it themselves. */
    timeZone: TimeZone.optional(),
    /** A development build: Apple has servers of its own for it. */
    sandbox: z.boolean().optional(),
  })
  .refine(
    ({ provider, token, subscription }) =>
      provider === "webpush" ? subscription !== undefined && token === undefined : token !== undefined && !subscription,
    "webpush takes a subscription, every other provider a token",
  );
export type PushRegistration = z.infer<typeof PushRegistration>;

/** A registration as its user sees it. */
export const PushToken = z.object({
  tokenId: z.string(),
  deviceId: DeviceId,
  provider: PushProvider,
  packageName: z.string(),
  appVersion: z.string().optional(),
  locale: z.string().optional(),
  timeZone: z.string().optional(),
  sandbox: z.boolean().optional(),
  /** ms since 1970 */
  registeredAt: z.int(),
});
export type PushToken = z.infer<typeof PushToken>;

/**
 * Pushes reach the device from now on. One registration for each of its apps and providers: a newer one takes the place of an older one.
 * What another user registered under the same token ends there.
 */
export const DevicePush = z.object({
  type: z.literal("device.push"),
  packId: PackId,
  registration: PushRegistration,
  /** Unless given, the device that asks. */
  deviceId: DeviceId.optional(),
});
/** Ends a registration, or without its id all of the device that asks. */
export const DevicePushOff = z.object({
  type: z.literal("device.pushOff"),
  packId: PackId,
  tokenId: z.string().max(64).optional(),
});
export const DevicePushOffResult = z.object({ removed: z.int() });
/** Whether somebody looks at the app. A user is pushed to while none of their devices is in the foreground; connections begin there. */
export const DeviceFocus = z.object({ type: z.literal("device.focus"), packId: PackId, foreground: z.boolean() });

export const PushList = z.object({ type: z.literal("push.list"), packId: PackId });
export const PushListResult = z.object({ tokens: z.array(PushToken) });

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
/** No pushes from then to then, which may be past midnight. */
export const QuietHours = z.object({ from: TimeOfDay, to: TimeOfDay });

const settings = {
  /** No pushes at all. */
  off: z.literal(true),
  /** Pushes say that there is a message, and neither from whom nor what. */
  hideContent: z.literal(true),
  quiet: QuietHours,
  /** Unless given, that of the device that registered last, or UTC. */
  timeZone: TimeZone,
  locale: Locale,
  /** In muted sessions mentions are not pushed either. */
  muteMentions: z.literal(true),
};

export const PushSettings = z.object(settings).partial();
export type PushSettings = z.infer<typeof PushSettings>;

/** A nullable literal would be a JSON Schema that does not take null. */
const flag = z.union([z.literal(true), z.null()]);

/** Changes what is given; `null` takes it away. Answers with all of them. */
export const PushSettingsFrame = z.object({
  type: z.literal("push.settings"),
  packId: PackId,
  settings: z
    .object({
      off: flag,
      hideContent: flag,
      quiet: settings.quiet.nullable(),
      timeZone: settings.timeZone.nullable(),
      locale: settings.locale.nullable(),
      muteMentions: flag,
    })
    .partial(),
});
