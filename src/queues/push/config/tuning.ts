import { z } from "zod";

const Link = z.url({ protocol: /^https?$/ }).refine((url) => !/[?#]/.test(url), "may have no query");

const ACTIONS = [
  "sent",
  "dropToken",
  "retry",
  "refreshCredential",
  "configError",
  "giveUp",
  "slowDown",
  "quota",
] as const;

/** How much of a provider is used at once. */
const Pace = {
  /** Requests under way at once, in each batch of the queue. */
  concurrency: z.int().min(1).max(1_000).default(20),
  /** Requests per second, for each package. */
  perSecond: z.number().positive().exactOptional(),
};
const Vendor = { baseUrl: Link.exactOptional(), codes: z.record(z.string(), z.enum(ACTIONS)).exactOptional(), ...Pace };

/** What may be set of each provider, for all packages: where it is, how fast it may be used, and what its codes mean. */
export const ProviderTuning = z.strictObject({
  /** A gateway that speaks HTTP/2 to Apple, or a simulator. */
  apns: z.strictObject({ productionUrl: Link.exactOptional(), sandboxUrl: Link.exactOptional(), ...Pace }).prefault({}),
  fcm: z.strictObject({ baseUrl: Link.exactOptional(), ...Pace }).prefault({}),
  huawei: z.strictObject({ ...Vendor, tokenUrl: Link.exactOptional() }).prefault({}),
  honor: z.strictObject({ ...Vendor, tokenUrl: Link.exactOptional() }).prefault({}),
  xiaomi: z.strictObject(Vendor).prefault({}),
  meizu: z.strictObject(Vendor).prefault({}),
  vivo: z.strictObject(Vendor).prefault({}),
  oppo: z.strictObject(Vendor).prefault({}),
  /** Where endpoints of subscriptions may be, if not at the services that are known. */
  webpush: z.strictObject({ services: z.array(z.string().min(1)).exactOptional(), ...Pace }).prefault({}),
});
export type ProviderTuning = z.infer<typeof ProviderTuning>;
