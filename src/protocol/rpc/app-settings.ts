import { z } from "zod";
import { type EndpointId, UserId } from "../ids.ts";
import { SESSION_KINDS } from "../session-id.ts";
import { WebhookFamily } from "../webhook.ts";

/**
 * What an app may decide for itself, over what the deployment has decided for all. Each section belongs to the part of the
 * code that reads it; a new one is a line in SECTIONS and in AppSettings.
 */

/** Words that an app may have, and characters of one. */
const [MAX_WORDS, MAX_WORD_CHARS] = [10_000, 64];
const Days = z.union([z.literal("keep"), z.number().positive().max(36_500)]);

/** For how many days contents are kept, by kind of session. What is not said is kept for ever. */
export const Retention = z.strictObject({ single: Days.optional(), group: Days.optional(), notice: Days.optional() });
export type Retention = z.infer<typeof Retention>;

/** Over the policy of the deployment. */
const Overrides = z.object({
  requestsPerSecond: z.int().min(1).max(1_000_000).optional(),
  requestBurst: z.int().min(1).max(1_000_000).optional(),
  recallWindowMs: z
    .int()
    .min(0)
    .max(365 * 86_400_000)
    .optional(),
  messages: z.enum(["everyone", "friends"]).optional(),
  friendship: z.enum(["direct", "request"]).optional(),
  /** Words that texts may not have, instead of the deployment's; without any in it, all are allowed. */
  words: z.array(z.string().trim().min(1).max(MAX_WORD_CHARS)).max(MAX_WORDS).optional(),
  /** What becomes of a text with one of them. `replace`: they are replaced by `*` · `reject`: it is refused. */
  wordAction: z.enum(["replace", "reject"]).optional(),
  retention: Retention.optional(),
});
export const PolicyOverrides = Overrides.refine(
  ({ words, wordAction }) => wordAction === undefined || words !== undefined,
  "wordAction: for `words`, and only then",
);
export type PolicyOverrides = z.infer<typeof PolicyOverrides>;

const Secret = z.string().min(24).max(256);
const Url = z.url({ protocol: /^https?$/ }).max(2_048);

/** What an endpoint of the app is told. Everything else about it is in its own room, `<app>/hook/<endpointId>`. */
export const WebhookSubscription = z.object({
  events: z.array(WebhookFamily).min(1),
  /** Only of the sessions of this user, by their mailbox. */
  bot: UserId.optional(),
  /** What happened before is not told, ms since 1970. */
  since: z.int(),
});
export type WebhookSubscription = z.infer<typeof WebhookSubscription>;

/** Who is asked before a message is stored. */
export const BeforeSend = z.object({
  url: Url,
  secret: Secret,
  /** Signs as well, until then. */
  oldSecret: z.object({ text: Secret, untilMs: z.int() }).optional(),
  timeoutMs: z.int().min(10).max(1_000).default(500),
  /** What becomes of a message when there is no answer: `open`: it is stored · `closed`: it is refused. */
  onFailure: z.enum(["open", "closed"]).default("open"),
  /** Only messages of these kinds of sessions. */
  sessions: z.array(z.enum(SESSION_KINDS)).min(1).default(["single", "group"]),
  /** Also about what server keys send, which is the app's own. */
  serverKeys: z.boolean().default(false),
});
export type BeforeSend = z.infer<typeof BeforeSend>;

/** For one package of the app; what it holds is known to whoever pushes, who has checked it. */
export const PushCredentials = z.record(z.string().max(64), z.unknown());
export type PushCredentials = z.infer<typeof PushCredentials>;

/** `<family>:read` or `:write`, as the operations of the API ask for them · `*`: all but `admin` · `admin`: keys, settings, audit. */
export const KeyScope = z.string().regex(/^(\*|admin|[a-z]+:(read|write))$/);
export type KeyScope = z.infer<typeof KeyScope>;

/** Requests that a key may make. */
export const KeyRate = z.object({
  perSecond: z.number().min(0.01).max(1_000_000),
  /** How many may come at once. */
  burst: z.int().min(1).max(1_000_000),
});
export type KeyRate = z.infer<typeof KeyRate>;

/** What is kept of an API key. */
export const StoredKey = z.object({
  name: z.string().max(128),
  /** SHA-256 of the key's text, in hex. The text has 256 random bits, so that nothing slower is needed. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(KeyScope).min(1).max(64),
  /** It is this user's key: it may what they may, as far as its scopes go. */
  bot: UserId.optional(),
  /** ms since 1970 */
  createdAt: z.int(),
  /** ms since 1970 */
  expiresAt: z.int().optional(),
  rate: KeyRate.optional(),
  /** Takes signed requests only, which do not carry the key. Then the hash is what they are signed with. */
  signed: z.literal(true).optional(),
});
export type StoredKey = z.infer<typeof StoredKey>;

/** Sections that exist once have the id "". */
export const SECTIONS = {
  policy: PolicyOverrides,
  beforeSend: BeforeSend,
  /** By the endpoint's id. */
  webhook: WebhookSubscription,
  /** By the package's name. */
  push: PushCredentials,
  /** By the key's id. */
  key: StoredKey,
} as const;
export type SectionName = keyof typeof SECTIONS;
export type SectionValue<S extends SectionName> = z.infer<(typeof SECTIONS)[S]>;

export type AppStatus = "active" | "suspended";

export interface AppSettings {
  /** Grows with every change; 0: nothing was ever set. */
  readonly version: number;
  readonly status: AppStatus;
  readonly policy: PolicyOverrides;
  readonly beforeSend: BeforeSend | undefined;
  readonly webhooks: Readonly<Record<EndpointId, WebhookSubscription>>;
  readonly push: Readonly<Record<string, PushCredentials>>;
  readonly keys: Readonly<Record<string, StoredKey>>;
}

/** Of an app that never set anything. */
export const DEFAULT_SETTINGS: AppSettings = {
  version: 0,
  status: "active",
  policy: {},
  beforeSend: undefined,
  webhooks: {},
  push: {},
  keys: {},
};
