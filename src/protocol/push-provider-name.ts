/** Through whom a device can be reached, as registrations, filters and metrics name them. */
export const PUSH_PROVIDER_NAMES = [
  "apns",
  "fcm",
  "huawei",
  "honor",
  "xiaomi",
  "meizu",
  "vivo",
  "oppo",
  "webpush",
] as const;

export type PushProviderName = (typeof PUSH_PROVIDER_NAMES)[number];
