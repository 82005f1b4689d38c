import { z } from "zod";
import { serviceAccount } from "../fcm/access-token.ts";
import { isPrivateKey, isVapidPair } from "./keys.ts";

// `optional` and not `exactOptional`, which the OpenAPI document takes for required.
const text = z.string().min(1);
const MIN_SECRET_LENGTH = 16;

/** How the vendor of an app shows that a receipt is its own; see `receipts/trust.ts`. */
const QuerySecret = z.strictObject({
  /** In the URL that the vendor posts to: `…?secret=…`. */
  secret: z
    .string()
    .min(MIN_SECRET_LENGTH)
    .regex(/^[\w-]+$/, "may have letters, digits, - and _ only: it is part of a URL"),
});
const SignedReceipts = z.strictObject({ userName: text, key: text });
const MeizuReceipts = z.strictObject({ accessToken: text });

const Activity = { activity: text.optional() };
const Launcher = { ...Activity, badgeActivity: text.optional() };

/** What each provider asks of one package. Unknown fields are faults: a name that is spelt wrong would be missed only when no push arrives. */
export const CREDENTIALS = {
  apns: z.strictObject({
    teamId: z.string().regex(/^[A-Z0-9]{10}$/, "needs the ten characters of a team id"),
    keyId: z.string().regex(/^[A-Z0-9]{10}$/, "needs the ten characters of a key id"),
    privateKey: text.refine(isPrivateKey, "needs the whole .p8 file, -----BEGIN PRIVATE KEY----- included"),
  }),
  /** Google's file has more fields than are used. */
  fcm: serviceAccount.extend({
    private_key: text.refine(isPrivateKey, "needs the key as it stands in the service account's file"),
  }),
  huawei: z.strictObject({
    clientId: text,
    clientSecret: text,
    appId: text.optional(),
    category: text.optional(),
    channelId: text.optional(),
    ...Launcher,
    receipts: z.union([SignedReceipts, QuerySecret]).optional(),
  }),
  honor: z.strictObject({
    appId: text,
    clientId: text,
    clientSecret: text,
    importance: z.enum(["NORMAL", "LOW"]).optional(),
    ...Launcher,
    receipts: z.union([SignedReceipts, QuerySecret]).optional(),
  }),
  xiaomi: z.strictObject({
    appSecret: text,
    channelId: text.optional(),
    ...Activity,
    receipts: QuerySecret.optional(),
  }),
  meizu: z.strictObject({
    appId: text,
    appSecret: text,
    ...Activity,
    receipts: z.union([MeizuReceipts, QuerySecret]).optional(),
  }),
  vivo: z.strictObject({
    appId: text,
    appKey: text,
    appSecret: text,
    category: text.optional(),
    testPush: z.boolean().optional(),
    receiptId: text.optional(),
    ...Activity,
    receipts: QuerySecret.optional(),
  }),
  oppo: z.strictObject({
    appKey: text,
    masterSecret: text,
    channelId: text.optional(),
    category: text.optional(),
    ...Activity,
    receipts: QuerySecret.optional(),
  }),
  webpush: z
    .strictObject({
      publicKey: text,
      privateKey: text,
      subject: z.string().regex(/^(mailto:|https:\/\/)./, "needs a mailto: or https: address of the operator"),
    })
    .refine(isVapidPair, "needs publicKey (87 characters) and privateKey (43) in base64url"),
} as const;

/** `optional`, because the generator of the document takes what is `exactOptional` for required. */
export const PackageCredentials = z.strictObject({
  apns: CREDENTIALS.apns.optional(),
  fcm: CREDENTIALS.fcm.optional(),
  huawei: CREDENTIALS.huawei.optional(),
  honor: CREDENTIALS.honor.optional(),
  xiaomi: CREDENTIALS.xiaomi.optional(),
  meizu: CREDENTIALS.meizu.optional(),
  vivo: CREDENTIALS.vivo.optional(),
  oppo: CREDENTIALS.oppo.optional(),
  webpush: CREDENTIALS.webpush.optional(),
});
/** The credentials of one package (bundle id, package name, or site), by provider. */
export type PackageCredentials = z.infer<typeof PackageCredentials>;
