import { z } from "zod";
import { DEFAULT_POLICY, type RoomPolicy } from "../kernel/policy.ts";
import { type WordAction, WordFilter } from "../kernel/word-filter.ts";
import { AppId, UserId } from "../protocol/ids.ts";
import type { Retention } from "../protocol/rpc/app-settings.ts";
import { RetentionText } from "../queues/archive/retention-text.ts";
import { NO_PUSH, type PushConfig, PushConfigText } from "../queues/push/config/push-config.ts";
import { type ObservabilityConfig, ObservabilityVariables, observabilityOf } from "./observability.ts";

/** A server key is `sk_<app>_<secret>`: it says which tenant it is for. */
export interface ServerKey {
  readonly app: AppId;
  readonly text: string;
}

export interface Config extends ObservabilityConfig {
  readonly environment: "development" | "production";
  readonly tokenSecret: string;
  readonly serverKeys: readonly ServerKey[];
  /** Creates, suspends and resumes apps. Without one nobody does. */
  readonly rootKey: string | undefined;
  readonly policy: RoomPolicy;
  /** In whose name business notices come that do not say it themselves. */
  readonly noticeSender: UserId;
  /** Web pages of these origins may use the API from a browser; `*`: of all. */
  readonly corsOrigins: readonly string[];
  /** Webhooks go there too, besides public servers with HTTPS. */
  readonly webhookOrigins: readonly string[];
  /** Where the archive is: `libsql://`, `http://` or, natively, `file:`. Without it rooms keep all of their logs. */
  readonly archive: { readonly url: string; readonly token?: string | undefined } | undefined;
  /** For how long contents are kept. It needs an archive, which knows where the old ones are. */
  readonly retention: Retention;
  /** A request that is not answered by then gets `SEND_TIMED_OUT`. */
  readonly requestTimeoutMs: number;
  /** Through whom devices are reached, and with which credentials. */
  readonly push: PushConfig;
  /** The desk of simulated phones. In development only. */
  readonly phoneDesk?: string | undefined;
  /** What `GET /metrics` asks for. Without one it is there in development only. */
  readonly metricsKey: string | undefined;
}

const MIN_SECRET_LENGTH = 32;
const MIN_DISTINCT_CHARACTERS = 8;

function isStrong(secret: string): boolean {
  return secret.length >= MIN_SECRET_LENGTH && new Set(secret).size >= MIN_DISTINCT_CHARACTERS;
}

const Secret = z
  .string(`is not set: it needs ${MIN_SECRET_LENGTH} random characters`)
  .refine(isStrong, `is too weak: it needs ${MIN_SECRET_LENGTH} random characters`);

const ServerKeyText = z.string().transform((text, context): ServerKey => {
  const [, app, secret] = /^sk_([a-z0-9][a-z0-9-]{0,31})_(.*)$/.exec(text) ?? [];
  if (app !== undefined && secret !== undefined && isStrong(secret)) return { app: AppId.parse(app), text };
  context.addIssue(`needs the form sk_<app>_<${MIN_SECRET_LENGTH} random characters>`);
  return z.NEVER;
});

const WHOLE = "needs a whole number of at least 1";
const count = (fallback: number) => z.coerce.number(WHOLE).int(WHOLE).min(1, WHOLE).default(fallback);
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `needs to be one of ${values.join(", ")}`);

const DEFAULT_TIMEOUT_S = 30;

const Origin = z.string().refine(isOrigin, "needs origins like https://app.example.com, separated by commas, or *");

function isOrigin(text: string): boolean {
  return text === "*" || (URL.canParse(text) && new URL(text).origin === text);
}

const ArchiveUrl = z.string().refine(isArchiveUrl, "needs libsql://, https://, http:// or, natively, file:");

function isArchiveUrl(text: string): boolean {
  return /^(libsql|https?):\/\/[^/]/.test(text) || /^file:./.test(text);
}

const DAY_MS = 86_400_000;
const DEFAULT_HOT_ENTRIES = 1_000;

const Environment = z.object({
  PARLEY_ENV: oneOf(["development", "production"]),
  PARLEY_TOKEN_SECRET: Secret,
  PARLEY_SERVER_KEYS: z
    .string("is not set: give one sk_<app>_<secret> for each app, separated by commas")
    .transform((text) => text.split(",").map((key) => key.trim()))
    .pipe(z.array(ServerKeyText)),
  PARLEY_ROOT_KEY: z
    .string()
    .refine(
      (text) => text.startsWith("rk_") && isStrong(text.slice(3)),
      `needs the form rk_<${MIN_SECRET_LENGTH} random characters>`,
    )
    .optional(),
  PARLEY_REQUESTS_PER_SECOND: count(DEFAULT_POLICY.requestsPerSecond),
  PARLEY_REQUEST_BURST: count(DEFAULT_POLICY.requestBurst),
  PARLEY_RECALL_WINDOW_SECONDS: count(DEFAULT_POLICY.recallWindowMs / 1_000),
  PARLEY_REQUEST_TIMEOUT_SECONDS: count(DEFAULT_TIMEOUT_S),
  PARLEY_CORS_ORIGINS: z
    .string()
    .default("")
    .transform((text) => text.split(",").flatMap((origin) => origin.trim() || []))
    .pipe(z.array(Origin)),
  PARLEY_METRICS_KEY: Secret.optional(),
  PARLEY_WEBHOOK_ORIGINS: z
    .string()
    .default("")
    .transform((text) => text.split(",").flatMap((origin) => origin.trim() || []))
    .pipe(z.array(Origin)),
  TURSO_URL: ArchiveUrl.optional(),
  TURSO_TOKEN: z.string().optional(),
  PARLEY_RETENTION: RetentionText.default({}),
  PARLEY_HOT_ENTRIES: count(DEFAULT_HOT_ENTRIES),
  PARLEY_HOT_DAYS: z.coerce.number("needs a number from 0 on").min(0, "needs a number from 0 on").default(0),
  ...ObservabilityVariables,
  PARLEY_MESSAGES: oneOf(["everyone", "friends"]).default(DEFAULT_POLICY.messages),
  PARLEY_FRIENDSHIP: oneOf(["direct", "request"]).default(DEFAULT_POLICY.friendship),
  PARLEY_NOTICE_SENDER: UserId.default(UserId.parse("system")),
  /** One in a line. */
  PARLEY_WORDS: z.string().default(""),
  PARLEY_WORDS_ACTION: oneOf(["replace", "reject"]).default("replace"),
  /** JSON; see docs/push.md. */
  PARLEY_PUSH: PushConfigText.default(NO_PUSH),
  /** Set by whoever starts the simulators: `PUSH_SIMULATOR=1`. */
  PARLEY_PUSH_SIMULATOR: z.url().optional(),
});

/** Every object of a Workers isolate reads the configuration; the filter is made once for all of them. */
let made: { readonly text: string; readonly action: WordAction; readonly filter: WordFilter } | undefined;

function wordFilterOf(text: string, action: WordAction): WordFilter | undefined {
  if (text.trim() === "") return undefined;
  if (made?.text !== text || made.action !== action)
    made = { text, action, filter: new WordFilter({ list: text.split("\n"), action }) };
  return made.filter;
}

/** Why the server does not start: every fault at once. Names of variables, never their values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(`the configuration is not usable:\n${faults.map((fault) => `  ${fault}`).join("\n")}`, options);
    this.faults = faults;
  }
}

/** What a part of the configuration is, or its faults, so that those of several parts are told together. */
export function readPart<T>(faults: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}

/** Reads the configuration from environment variables. Throws `ConfigError`. */
export function readConfig(variables: Readonly<Record<string, unknown>>): Config {
  const parsed = Environment.safeParse(variables);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`));
  }
  const given = parsed.data;
  const archive = given.TURSO_URL === undefined ? undefined : { url: given.TURSO_URL, token: given.TURSO_TOKEN };
  if (archive === undefined && Object.keys(given.PARLEY_RETENTION).length > 0)
    throw new ConfigError(["PARLEY_RETENTION needs an archive: set TURSO_URL"]);
  return {
    archive,
    retention: given.PARLEY_RETENTION,
    environment: given.PARLEY_ENV,
    tokenSecret: given.PARLEY_TOKEN_SECRET,
    serverKeys: given.PARLEY_SERVER_KEYS,
    rootKey: given.PARLEY_ROOT_KEY,
    noticeSender: given.PARLEY_NOTICE_SENDER,
    corsOrigins: given.PARLEY_CORS_ORIGINS,
    webhookOrigins: given.PARLEY_WEBHOOK_ORIGINS,
    requestTimeoutMs: given.PARLEY_REQUEST_TIMEOUT_SECONDS * 1_000,
    push: given.PARLEY_PUSH,
    phoneDesk: given.PARLEY_ENV === "development" ? given.PARLEY_PUSH_SIMULATOR : undefined,
    metricsKey: given.PARLEY_METRICS_KEY,
    ...observabilityOf(given),
    policy: {
      requestsPerSecond: given.PARLEY_REQUESTS_PER_SECOND,
      requestBurst: given.PARLEY_REQUEST_BURST,
      recallWindowMs: given.PARLEY_RECALL_WINDOW_SECONDS * 1_000,
      messages: given.PARLEY_MESSAGES,
      friendship: given.PARLEY_FRIENDSHIP,
      archive: archive && { hotEntries: given.PARLEY_HOT_ENTRIES, hotMs: given.PARLEY_HOT_DAYS * DAY_MS },
      webPushServices: given.PARLEY_PUSH.providers.webpush.services,
      words: wordFilterOf(given.PARLEY_WORDS, given.PARLEY_WORDS_ACTION),
    },
  };
}
